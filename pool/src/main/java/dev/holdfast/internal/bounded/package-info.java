/** Collections that cannot grow without bound. */
@NullMarked
package dev.holdfast.internal.bounded;

import org.jspecify.annotations.NullMarked;
