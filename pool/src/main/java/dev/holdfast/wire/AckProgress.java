package dev.holdfast.wire;

/**
 * How long a connection has had data outstanding without a single acknowledgement, seen through
 * samples. Confined to one thread.
 */
public final class AckProgress {

  private static final long NONE = Long.MIN_VALUE;

  private long stalledSinceNanos = NONE;
  private long previousSampleNanos = NONE;

  /** Creates the state of a connection that has not been sampled yet. */
  public AckProgress() {}

  /**
   * Takes a sample.
   *
   * @param snapshot a fresh reading
   * @return nanoseconds without progress; zero if everything is acknowledged, or if an
   *     acknowledgement arrived since the previous sample
   */
  public long sample(WireSnapshot snapshot) {
    long now = snapshot.takenAtNanos();
    long sincePrevious = previousSampleNanos == NONE ? Long.MAX_VALUE : now - previousSampleNanos;
    previousSampleNanos = now;
    boolean progressed =
        snapshot.unacked() == 0
            || (snapshot.retransmits() == 0
                && snapshot.lastAckRecvMillis() * 1_000_000 < sincePrevious);
    if (progressed) {
      stalledSinceNanos = NONE;
      return 0;
    }
    if (stalledSinceNanos == NONE) {
      stalledSinceNanos = now;
    }
    return now - stalledSinceNanos;
  }

  /** Forgets everything: the connection is idle again. */
  public void reset() {
    stalledSinceNanos = NONE;
    previousSampleNanos = NONE;
  }
}
