/** What admission to a new connection is counted by. */
@NullMarked
package dev.holdfast.internal.gate;

import org.jspecify.annotations.NullMarked;
