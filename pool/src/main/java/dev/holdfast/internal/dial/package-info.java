/** Dialling a new connection: again early, from which port, the second opinion. */
@NullMarked
package dev.holdfast.internal.dial;

import org.jspecify.annotations.NullMarked;
