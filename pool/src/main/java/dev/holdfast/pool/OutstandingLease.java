package dev.holdfast.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * A lease that was out for longer than it should have been.
 *
 * @param heldFor how long, to a sweep of the housekeeper
 * @param borrower where it was acquired, if that was sampled
 */
public record OutstandingLease(Duration heldFor, Optional<Throwable> borrower) {}
