/** Servers that change roles, names and moods: how long until a caller succeeds again. */
@NullMarked
package dev.holdfast.benchmarks.failover;

import org.jspecify.annotations.NullMarked;
