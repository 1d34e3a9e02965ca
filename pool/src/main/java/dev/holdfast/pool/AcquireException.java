package dev.holdfast.pool;

/** No connection was lent. Nothing was sent. */
public abstract sealed class AcquireException extends RuntimeException
    permits AcquireTimeoutException, PoolClosedException, TooManyWaitersException {

  private static final long serialVersionUID = 1L;

  AcquireException(String message) {
    super(message);
  }
}
