/** From signs to what fits them, the evidence and the advice; the learning of idle limits. Pure. */
@NullMarked
package dev.holdfast.internal.diagnosis;

import org.jspecify.annotations.NullMarked;
