package dev.holdfast.wire;

/**
 * The clocks of one connection: when payload last arrived and when the last request left. The
 * kernel's own clock, the last segment heard, is in {@link WireSnapshot#lastAckRecvMillis()}.
 *
 * <p>Times are {@link System#nanoTime()} values. Written by one thread, the connection's event
 * loop; ages read by another thread may lag by one update.
 */
public final class ConnectionClocks {

  private long lastReadNanos;
  private long lastRequestNanos;

  /**
   * Starts all clocks.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public ConnectionClocks(long nowNanos) {
    lastReadNanos = nowNanos;
    lastRequestNanos = nowNanos;
  }

  /**
   * Payload arrived.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void read(long nowNanos) {
    lastReadNanos = nowNanos;
  }

  /**
   * A whole request was written. A caller that does not read the clock for every request passes an
   * earlier time: an age that errs must err upwards.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void requested(long nowNanos) {
    lastRequestNanos = nowNanos;
  }

  /**
   * Nanoseconds without payload in either direction.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return the age that a hop counting payload sees
   */
  public long sincePayload(long nowNanos) {
    return nowNanos - Math.max(lastReadNanos, lastRequestNanos);
  }

  /**
   * Nanoseconds since payload last arrived.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return how long the peer has not been heard at application level
   */
  public long sinceRead(long nowNanos) {
    return nowNanos - lastReadNanos;
  }

  /**
   * Nanoseconds since the last request left.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return the age that a hop counting requests sees
   */
  public long sinceRequest(long nowNanos) {
    return nowNanos - lastRequestNanos;
  }
}
