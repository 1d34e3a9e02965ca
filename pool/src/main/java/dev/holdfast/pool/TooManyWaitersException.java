package dev.holdfast.pool;

/** The line of those who wait was full. */
public final class TooManyWaitersException extends AcquireException {

  private static final long serialVersionUID = 1L;

  TooManyWaitersException(String pool, int most, PoolState state) {
    super("pool %s: %d callers wait already, the most allowed: %s".formatted(pool, most, state));
  }
}
