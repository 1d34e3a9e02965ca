@NullMarked
package dev.holdfast.benchmarks.storm;

import org.jspecify.annotations.NullMarked;
