/** A deterministic simulation of many clients that lose one balancer together. */
@NullMarked
package dev.holdfast.benchmarks.storm;

import org.jspecify.annotations.NullMarked;
