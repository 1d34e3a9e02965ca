package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;
import java.time.Duration;

/**
 * When the kernel of a silent peer can be asked once more. A keepalive probe lies before its
 * window, and of what lies outside it Linux answers one segment in 500 ms for each connection
 * ({@code net.ipv4.tcp_invalid_ratelimit}, {@code tcp_oow_rate_limited} in {@code
 * net/ipv4/tcp_input.c}). So a probe that follows another one sooner says nothing: where the answer
 * to that one was lost, this one gets none, however well the path is by then. Keeps no time.
 * Confined to one thread.
 */
public final class ProbePace {

  /** The limit, and a tick of either kernel at HZ=100. */
  static final Duration APART = Duration.ofMillis(520);

  private long toldNanos;
  private long latestNanos;
  private long counted;

  /**
   * The first probe is about to leave.
   *
   * @param before a reading taken just now
   * @param leavesNanos when it leaves, {@link System#nanoTime()}
   */
  public ProbePace(WireSnapshot before, long leavesNanos) {
    this.counted = before.probes();
    next(leavesNanos);
  }

  /**
   * One more is about to leave.
   *
   * @param leavesNanos when, {@link System#nanoTime()}
   */
  public void next(long leavesNanos) {
    counted++;
    toldNanos = leavesNanos;
    latestNanos = leavesNanos;
  }

  /**
   * When the latest left that the kernel was told to send.
   *
   * @return {@link System#nanoTime()}
   */
  public long toldNanos() {
    return toldNanos;
  }

  /**
   * Until the peer would answer another one, whatever became of the answers so far. The kernel
   * repeats a probe by itself after a second: where more are unanswered than it was told to send it
   * has, and maybe just now.
   *
   * @param wire a fresh reading
   * @return not above zero once it would
   */
  public Duration untilFree(WireSnapshot wire) {
    long now = wire.takenAtNanos();
    if (wire.probes() > counted) {
      counted = wire.probes();
      latestNanos = Math.max(latestNanos, now);
    }
    return APART.plusNanos(wire.rttMicros() * 1_000).minusNanos(now - latestNanos);
  }
}
