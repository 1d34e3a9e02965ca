/** Flight recorder events and meters that cannot hurt the call they count. */
@NullMarked
package dev.holdfast.internal.metrics;

import org.jspecify.annotations.NullMarked;
