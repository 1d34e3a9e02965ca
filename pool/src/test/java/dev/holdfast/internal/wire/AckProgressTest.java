package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import dev.holdfast.wire.WireVerdict.Dead;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long nothing was acknowledged, from readings of a connection; times in milliseconds. */
final class AckProgressTest {

  private static final int RTO = 204;

  private final AckProgress progress = new AckProgress(0);

  private static WireSnapshot reading(long at, long unacked, int retransmits, long lastAckRecv) {
    return new WireSnapshot(
        WireSource.EPOLL,
        TimeUnit.MILLISECONDS.toNanos(at),
        WireSnapshot.ESTABLISHED,
        unacked,
        retransmits,
        0,
        retransmits,
        (RTO * 1_000L) << retransmits,
        79,
        lastAckRecv,
        lastAckRecv,
        lastAckRecv - (((1L << retransmits) - 1) * RTO),
        retransmits);
  }

  private long stalledAt(long at, long unacked, int retransmits, long lastAckRecv) {
    WireSnapshot snapshot = reading(at, unacked, retransmits, lastAckRecv);
    return TimeUnit.NANOSECONDS.toMillis(progress.sample(snapshot));
  }

  @Test
  void mustCountNoStallWhenEverythingIsAcknowledged() {
    assertThat(stalledAt(200, 0, 0, 9_000)).isZero();
    assertThat(stalledAt(10_000, 0, 0, 19_000)).isZero();
  }

  @Test
  void mustCountOnlyFromTheLastAcknowledgementWhileTheyArrive() {
    for (long at = 200; at < 10_000; at += 200) {
      assertThat(stalledAt(at, 5, 0, 3)).isEqualTo(3);
    }
  }

  /** The sample that notices comes up to one pause too late; the kernel knows the moment. */
  @Test
  void mustCountFromTheAcknowledgementAndNotFromTheSample() {
    assertThat(stalledAt(200, 5, 0, 1)).isEqualTo(1);
    assertThat(stalledAt(400, 5, 0, 195)).isEqualTo(195);
    assertThat(stalledAt(600, 5, 1, 395)).isEqualTo(395);
    assertThat(stalledAt(820, 5, 2, 615)).isEqualTo(615);
  }

  /** {@code last_ack_recv} counts from the acknowledgement before the idle time. */
  @Test
  void mustNotCountTheIdleTimeBeforeTheFirstWrite() {
    progress.begin(TimeUnit.MILLISECONDS.toNanos(600_000));
    assertThat(stalledAt(600_001, 1, 0, 600_000)).isEqualTo(1);
    assertThat(stalledAt(600_200, 1, 0, 600_199)).isEqualTo(200);
  }

  @Test
  void mustNotCountTheTimeWithNothingOutstanding() {
    assertThat(stalledAt(200, 1, 0, 10)).isEqualTo(10);
    assertThat(stalledAt(5_000, 0, 0, 4_800)).isZero();
    assertThat(stalledAt(5_200, 1, 0, 5_000)).isEqualTo(200);
  }

  /** What arrives from the peer without acknowledging anything new does not end a row. */
  @Test
  void mustKeepCountingWhileRetransmissionsGoUnanswered() {
    assertThat(stalledAt(200, 1, 0, 100)).isEqualTo(100);
    assertThat(stalledAt(400, 1, 1, 300)).isEqualTo(300);
    assertThat(stalledAt(700, 1, 1, 5)).isEqualTo(600);
    assertThat(stalledAt(900, 1, 2, 5)).isEqualTo(800);
  }

  /** An acknowledgement of a retransmission starts the row again, at zero or at fewer timeouts. */
  @Test
  void mustStartAgainWhenARetransmissionWasAcknowledged() {
    assertThat(stalledAt(400, 1, 1, 390)).isEqualTo(390);
    assertThat(stalledAt(600, 3, 0, 150)).isEqualTo(150);
    assertThat(stalledAt(2_400, 3, 2, 1_950)).isEqualTo(1_950);
    assertThat(stalledAt(3_000, 3, 1, 300)).isEqualTo(300);
  }

  /** Only what was resent since a stall was first seen is known to belong to it. */
  @Test
  void mustCountWhatWasResentWithinOneStall() {
    stalledAt(200, 1, 0, 10);
    assertThat(progress.resent()).isZero();
    stalledAt(600, 1, 2, 410);
    assertThat(progress.resent()).isEqualTo(2);
    stalledAt(700, 1, 1, 50); // acknowledged meanwhile
    assertThat(progress.resent()).isZero();
    progress.begin(TimeUnit.MILLISECONDS.toNanos(800));
    stalledAt(900, 1, 3, 250);
    assertThat(progress.resent()).isZero();
  }

  /** The kernel dates by ticks: the same acknowledgement may look a little younger later. */
  @Test
  void mustNotTakeATickForProgress() {
    stalledAt(200, 1, 0, 150);
    stalledAt(400, 1, 1, 342);
    assertThat(progress.resent()).isEqualTo(1);
  }

  /**
   * A busy connection's path dies 1 ms after a sample: two timeouts are at 204 and 612 ms. Sampled
   * when the verdict can change, it is condemned when the second has gone unanswered for a few
   * ticks.
   */
  @Test
  void mustCondemnAsSoonAsTheSecondTimeoutIsDue() {
    long lastAck = 1;
    long at = 0;
    WireVerdict verdict = WireVerdict.Usable.INSTANCE;
    long pause = 200;
    while (!(verdict instanceof Dead) && at < 5_000) {
      at += pause;
      int timeouts = at - lastAck < RTO ? 0 : at - lastAck < 3 * RTO ? 1 : 2;
      WireSnapshot snapshot = reading(at, 4, timeouts, at - lastAck);
      long stalled = progress.sample(snapshot);
      verdict = WireJudge.inFlight(snapshot, stalled, progress.resent());
      pause =
          Math.min(
              200,
              Math.max(20, WireJudge.holdsFor(snapshot, stalled, progress.resent()).toMillis()));
    }
    assertThat(at - lastAck).isBetween(3L * RTO, 3L * RTO + 40);
  }
}
