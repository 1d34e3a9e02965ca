/** Collections that cannot grow without bound. */
@Internal
@NullMarked
package dev.holdfast.bounded;

import dev.holdfast.Internal;
import org.jspecify.annotations.NullMarked;
