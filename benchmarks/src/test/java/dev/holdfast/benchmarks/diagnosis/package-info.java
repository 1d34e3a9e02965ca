@NullMarked
package dev.holdfast.benchmarks.diagnosis;

import org.jspecify.annotations.NullMarked;
