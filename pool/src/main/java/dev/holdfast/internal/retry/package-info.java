/** Lost calls sent again, within a budget for each endpoint. */
@NullMarked
package dev.holdfast.internal.retry;

import org.jspecify.annotations.NullMarked;
