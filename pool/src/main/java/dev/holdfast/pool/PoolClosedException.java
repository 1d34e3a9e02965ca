package dev.holdfast.pool;

/** The pool was closed or is being drained. */
public final class PoolClosedException extends AcquireException {

  private static final long serialVersionUID = 1L;

  PoolClosedException(String pool) {
    super("pool %s is closed".formatted(pool));
  }
}
