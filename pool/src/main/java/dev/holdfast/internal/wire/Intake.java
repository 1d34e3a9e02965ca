package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;

/**
 * What a peer that has closed can have taken in of what was sent to it. Its FIN, and each segment
 * after it, carries that number, whatever acknowledgements were lost before.
 *
 * <p>A peer may close its own direction alone and go on reading (RFC 9112, section 9.6), so the FIN
 * by itself does not end its intake. A reset behind the FIN does; so does silence about bytes that
 * were sent, for the last time, so long before the peer's last segment that they would have
 * arrived: the connection is aborted then, and sends none of them again.
 *
 * @param most bytes at most, one too many; {@link Long#MAX_VALUE} if nothing is known
 * @param ended whether nothing more comes to the peer
 */
public record Intake(long most, boolean ended) {

  /** Nothing is known, or will be. */
  public static final Intake UNKNOWN = new Intake(Long.MAX_VALUE, true);

  /** Beside two round trips: a few ticks of the kernel's, and a peer that is late. */
  private static final long LATE_MILLIS = 50;

  /** In which a FIN that was not acknowledged is sent again, twice on a fast path. */
  private static final long TELLS_WITHIN_MILLIS = 450;

  private static final int CLOSED = 7;

  static Intake of(TcpInfo info, long received) {
    long most = info.bytesAcked();
    if (most <= 0 || info.bytesReceived() != received + 1) {
      return UNKNOWN;
    }
    return new Intake(most, ended(info.snapshot(0)));
  }

  private static boolean ended(WireSnapshot wire) {
    long before = wire.lastDataSentMillis() - wire.lastAckRecvMillis();
    return wire.state() == CLOSED || before >= LATE_MILLIS + roundTripsMillis(wire);
  }

  private static long roundTripsMillis(WireSnapshot wire) {
    return 2 * wire.rttMicros() / 1_000;
  }

  /**
   * How long to wait for a reset that answers what was just sent, or for another segment of the
   * peer's.
   *
   * @param wire a reading of the connection
   * @return milliseconds
   */
  public static long tellsWithinMillis(WireSnapshot wire) {
    return TELLS_WITHIN_MILLIS + roundTripsMillis(wire);
  }

  /**
   * Whether it is certain that none of what was sent from some byte on is ever read by the peer.
   *
   * @param offset how many bytes were sent before
   * @return whether
   */
  public boolean excludes(long offset) {
    return ended && lacks(offset);
  }

  /**
   * Whether that is not known yet, and may soon be.
   *
   * @param offset how many bytes were sent before
   * @return whether
   */
  public boolean isOpen(long offset) {
    return !ended && lacks(offset);
  }

  /** A single byte more is no request. */
  private boolean lacks(long offset) {
    return most <= offset + 1;
  }
}
