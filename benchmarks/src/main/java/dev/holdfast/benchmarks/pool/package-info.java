/** What a borrow and a return cost: Holdfast's pool and others, JMH. */
@NullMarked
package dev.holdfast.benchmarks.pool;

import org.jspecify.annotations.NullMarked;
