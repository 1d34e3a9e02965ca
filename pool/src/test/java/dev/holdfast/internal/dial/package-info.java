@NullMarked
package dev.holdfast.internal.dial;

import org.jspecify.annotations.NullMarked;
