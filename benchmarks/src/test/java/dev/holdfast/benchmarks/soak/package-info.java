@NullMarked
package dev.holdfast.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
