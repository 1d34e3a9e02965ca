package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;
import java.util.concurrent.TimeUnit;

/**
 * How long a connection has had data outstanding without a single acknowledgement, seen through
 * samples. The time counts from the last acknowledgement, as the kernel dates it, or from the
 * latest moment known to have had nothing outstanding, whichever is later; not from the sample that
 * noticed. Data written some time after that acknowledgement has waited for less, by at most the
 * pause between two samples: the time alone proves nothing, {@link WireJudge} asks for
 * retransmission timeouts as well. Confined to one thread.
 */
public final class AckProgress {

  /** Two ticks of a kernel with HZ=100: so far apart it may date one acknowledgement twice. */
  private static final long SAME_NANOS = 20_000_000;

  private static final long UNREAD = -1;

  /** A loss that is older says little of the path as it is. */
  private static final int REMEMBERED_SECONDS = 10;

  /** Once is no rate: a server that was kept from running is sent a probe, too. */
  private static final int LOSSES_OF_A_LOSSY_PATH = 2;

  private long progressNanos;
  private int unansweredTimeouts;
  private int repairedSegments = -1;
  private int latestLossSecond;
  private byte losses;
  private long stalledSinceNanos;
  private long totalRetransBefore;
  private long resent;

  /**
   * Creates the state of a connection that has nothing outstanding.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public AckProgress(long nowNanos) {
    begin(nowNanos);
  }

  /**
   * Nothing was outstanding until now: {@code last_ack_recv} counts from before the idle time that
   * ends here.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void begin(long nowNanos) {
    progressNanos = nowNanos;
    unansweredTimeouts = 0;
    totalRetransBefore = UNREAD;
    resent = 0;
  }

  /**
   * Takes a sample.
   *
   * @param snapshot a fresh reading
   * @return nanoseconds without progress; zero if everything is acknowledged
   */
  public long sample(WireSnapshot snapshot) {
    long now = snapshot.takenAtNanos();
    if (snapshot.unacked() == 0) {
      noteRepaired(snapshot, now);
      begin(now);
      return 0;
    }
    if (unansweredTimeouts == 0 || snapshot.retransmits() < unansweredTimeouts) {
      long lastAckNanos = now - snapshot.lastAckRecvMillis() * 1_000_000;
      if (lastAckNanos - progressNanos > 0) {
        progressNanos = lastAckNanos;
      }
    } // else a row of timeouts goes on: what arrives acknowledges nothing new
    // (net/ipv4/tcp_input.c)
    unansweredTimeouts = snapshot.retransmits();
    countResent(snapshot);
    return now - progressNanos;
  }

  /** Once everything is acknowledged, all that was resent has come through. */
  private void noteRepaired(WireSnapshot snapshot, long now) {
    int total = (int) snapshot.totalRetrans();
    if (repairedSegments >= 0 && total > repairedSegments) {
      int second = (int) TimeUnit.NANOSECONDS.toSeconds(now);
      losses = second - latestLossSecond > REMEMBERED_SECONDS ? 1 : (byte) Math.min(losses + 1, 9);
      latestLossSecond = second;
    }
    repairedSegments = total;
  }

  /**
   * Whether segments were lost several times in the last seconds, and came through when they were
   * sent again: then a few in a row may be lost by chance.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return whether
   */
  boolean lossy(long nowNanos) {
    return losses >= LOSSES_OF_A_LOSSY_PATH
        && (int) TimeUnit.NANOSECONDS.toSeconds(nowNanos) - latestLossSecond <= REMEMBERED_SECONDS;
  }

  /**
   * What was resent before the first reading of a stall may belong to what was outstanding then.
   */
  private void countResent(WireSnapshot snapshot) {
    if (totalRetransBefore == UNREAD || progressNanos - stalledSinceNanos > SAME_NANOS) {
      totalRetransBefore = snapshot.totalRetrans();
      stalledSinceNanos = progressNanos;
    }
    resent = snapshot.totalRetrans() - totalRetransBefore;
  }

  /**
   * How many segments the kernel has resent since the first sample without progress, tail loss
   * probes included, which {@link WireSnapshot#retransmits()} leaves out.
   *
   * @return a number that may be too small, never too large
   */
  public long resent() {
    return resent;
  }
}
