@NullMarked
package dev.holdfast.internal.http;

import org.jspecify.annotations.NullMarked;
