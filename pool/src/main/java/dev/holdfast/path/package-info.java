/**
 * What a user declares about a network path, and what follows from it.
 *
 * <p>A {@link dev.holdfast.path.NetworkPath} (the server's limits and the ordered hops to it) gives
 * a {@link dev.holdfast.path.ConnectionPlan}, or a {@link dev.holdfast.path.PathConflictException}
 * that lists every contradiction at once. The rules are named R0 to R8, the refusals E1 to E12 and
 * the warnings W1 and W2 wherever they appear.
 *
 * <p>Every type here is immutable and safe for use by several threads. Nothing here does I/O, logs
 * or reads a clock. All durations are exact to the nanosecond; derived periods are whole seconds,
 * because that is the unit of {@code TCP_KEEPIDLE} and {@code TCP_KEEPINTVL}.
 */
@NullMarked
package dev.holdfast.path;

import org.jspecify.annotations.NullMarked;
