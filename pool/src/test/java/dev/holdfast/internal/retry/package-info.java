@NullMarked
package dev.holdfast.internal.retry;

import org.jspecify.annotations.NullMarked;
