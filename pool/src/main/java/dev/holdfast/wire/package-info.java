/** What is known of one TCP connection: its clocks, the kernel's view of it, and a verdict. */
@NullMarked
package dev.holdfast.wire;

import org.jspecify.annotations.NullMarked;
