/** What the kernel knows of one TCP connection, and what that says of it. */
@NullMarked
package dev.holdfast.wire;

import org.jspecify.annotations.NullMarked;
