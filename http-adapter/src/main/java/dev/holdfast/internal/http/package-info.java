/** What the guards of all HTTP clients share. */
@NullMarked
package dev.holdfast.internal.http;

import org.jspecify.annotations.NullMarked;
