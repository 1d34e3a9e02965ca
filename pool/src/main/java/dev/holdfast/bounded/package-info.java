/** Collections that cannot grow without bound. */
@NullMarked
package dev.holdfast.bounded;

import org.jspecify.annotations.NullMarked;
