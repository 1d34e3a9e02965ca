@NullMarked
package dev.holdfast.benchmarks.connect;

import org.jspecify.annotations.NullMarked;
