@NullMarked
package dev.holdfast.benchmarks.transparency;

import org.jspecify.annotations.NullMarked;
