/** Faults with a known truth, and what the guard's diagnosis makes of each. */
@NullMarked
package dev.holdfast.benchmarks.diagnosis;

import org.jspecify.annotations.NullMarked;
