/** One connection's clocks, the kernel's view of it, and how both are judged. Verdicts are pure. */
@NullMarked
package dev.holdfast.internal.wire;

import org.jspecify.annotations.NullMarked;
