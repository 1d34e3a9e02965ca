@NullMarked
package dev.holdfast.benchmarks.exchange;

import org.jspecify.annotations.NullMarked;
