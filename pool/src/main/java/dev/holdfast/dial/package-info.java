/** What became of a connect: why it was dialled again, and the errors it may end with. */
@NullMarked
package dev.holdfast.dial;

import org.jspecify.annotations.NullMarked;
