/** New connections over faulty paths: what they cost bare and guarded. */
@NullMarked
package dev.holdfast.benchmarks.connect;

import org.jspecify.annotations.NullMarked;
