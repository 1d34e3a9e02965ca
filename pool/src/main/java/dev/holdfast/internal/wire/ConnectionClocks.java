package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;

/**
 * The clocks of one connection: when payload last arrived and when the last request left. The
 * kernel's own clock, the last segment heard, is in {@link WireSnapshot#lastAckRecvMillis()}.
 *
 * <p>Idle ages go on while the machine is suspended, see {@link SuspendClock}: an hour of sleep is
 * an hour without a packet. Whether it slept is looked at where the last use is a millisecond or
 * more ago, so that busy connections do not pay for it.
 *
 * <p>Times are {@link System#nanoTime()} values. Written by one thread, the connection's event
 * loop; ages read by another thread may lag by one update.
 */
public final class ConnectionClocks {

  private static final long BUSY_NANOS = 1_000_000L;

  private final SuspendClock machine;
  private long lastReadNanos;
  private long lastRequestNanos;

  /** What the machine had slept at the latest of both. */
  private long sleptNanos;

  /**
   * Starts all clocks.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public ConnectionClocks(long nowNanos) {
    this(nowNanos, SuspendClock.ofThisHost());
  }

  /**
   * Starts all clocks, on a machine of a test or simulation.
   *
   * @param nowNanos as {@link System#nanoTime()}
   * @param machine whether it slept
   */
  public ConnectionClocks(long nowNanos, SuspendClock machine) {
    this.machine = machine;
    lastReadNanos = nowNanos;
    lastRequestNanos = nowNanos;
    sleptNanos = machine.suspendedNanos();
  }

  /**
   * Payload arrived.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void read(long nowNanos) {
    long slept = machine.suspendedNanos();
    if (slept != sleptNanos) {
      lastRequestNanos -= slept - sleptNanos; // the request is older by that
      sleptNanos = slept;
    }
    lastReadNanos = nowNanos;
  }

  /**
   * A whole request was written. A caller that does not read the clock for every request passes an
   * earlier time: an age that errs must err upwards.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void requested(long nowNanos) {
    sleptNanos = machine.suspendedNanos();
    lastRequestNanos = nowNanos;
  }

  /**
   * Nanoseconds without payload in either direction.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return the age that a hop counting payload sees
   */
  public long sincePayload(long nowNanos) {
    return since(Math.max(lastReadNanos, lastRequestNanos), nowNanos);
  }

  /**
   * Nanoseconds since payload last arrived, without those in which the machine slept: an answer
   * under way is waited for as long as this process runs.
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
    return since(lastRequestNanos, nowNanos);
  }

  private long since(long last, long nowNanos) {
    long age = nowNanos - last;
    if (age >= BUSY_NANOS) {
      machine.nanoTime(); // looks whether the machine slept
    }
    return age + machine.suspendedNanos() - sleptNanos;
  }
}
