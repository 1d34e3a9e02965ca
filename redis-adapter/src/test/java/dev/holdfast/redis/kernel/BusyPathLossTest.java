package dev.holdfast.redis.kernel;

import static dev.holdfast.redis.kernel.Figures.millisSince;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.redis.NeedsTcpInfo;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The path dies under a connection with fifty calls in flight. */
@KernelLab
final class BusyPathLossTest {

  /** Round trips of 20 ms: retransmission timeouts then are a little above Linux' least. */
  private static final Duration ONE_WAY = Duration.ofMillis(10);

  private static void bareHangs(KernelBed bed, Runnable fault) {
    try (Callers callers = new Callers("bare", bed.bare())) {
      callers.awaitBusy();
      fault.run();
      Await.until(
          "every bare caller hangs",
          KernelBed.SOON,
          () -> callers.waitingLongerThan(KernelBed.HANG) == Callers.CALLERS);
    }
  }

  private static void bareIsReset(KernelBed bed, RedisServer redis, Runnable fault)
      throws InterruptedException {
    try (Callers callers = new Callers("bare", bed.bare())) {
      callers.awaitBusy();
      fault.run();
      callers.awaitMore(20 * Callers.CALLERS);
      Callers.Outcome outcome = callers.stop(redis);
      Figures.print("all flows forgotten, bare", "%s: %s", outcome.summary(), outcome.failures());
      assertThat(outcome.failures()).allMatch(line -> line.contains("reset"));
    }
  }

  private static void assertSettled(Callers.Outcome outcome) {
    assertThat(outcome.duplicates()).isEmpty();
    assertThat(outcome.falseSuccesses()).isEmpty();
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.answered() + outcome.unclear()).isEqualTo(outcome.increments());
  }

  private static void assertOneLoss(KernelBed bed, Callers.Outcome outcome, Cause cause) {
    assertThat(bed.swaps()).hasSize(1);
    assertThat(bed.swaps().get(0).cause()).isEqualTo(cause);
    assertThat(bed.swaps().get(0).ambiguous()).isEqualTo(outcome.unclear());
    List<Explanation> possible =
        cause == Cause.PEER_RESET
            ? List.of(Explanation.FLOW_FORGOTTEN_RESET)
            : List.of(Explanation.FLOW_FORGOTTEN_SILENT, Explanation.REPLY_PATH_LOST);
    assertThat(bed.diagnosis().explanations())
        .containsAll(possible)
        .doesNotContain(Explanation.UNREACHABLE, Explanation.SERVER_SLOW);
  }

  /**
   * Nothing passes for as long as no caller waits, and then new flows do. What was sent before must
   * not run after.
   */
  @NeedsTcpInfo
  @Test
  void mustGiveUpASilentPathOnceANewFlowIsAnsweredAndRunNothingTwice(Network network)
      throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    network.delay(ONE_WAY);
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port());
        Callers callers = new Callers("guarded", bed.guarded())) {
      callers.awaitBusy();
      long began = System.nanoTime();
      network.blackhole();
      Await.idle(KernelBed.HANG);
      assertThat(bed.swaps()).as("no new flow is answered either").isEmpty();
      network.forgetAll();
      network.heal();
      Await.until("condemned", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      long condemned = millisSince(began);
      callers.awaitMore(20 * Callers.CALLERS);
      Callers.Outcome outcome = callers.stop(redis);
      Figures.print(
          "black hole, %d callers".formatted(Callers.CALLERS),
          "condemned after %d ms (%s), longest call %d ms, %s; %d packets lost",
          condemned,
          bed.swaps().get(0).evidence(),
          outcome.longestMillis(),
          bed.swaps().get(0),
          network.count(RouterCounter.BLACKHOLED));
      assertSettled(outcome);
      assertOneLoss(bed, outcome, Cause.PATH_SILENT);
    }
  }

  /**
   * A failover to a box with an empty table: old flows are swallowed or reset, new ones pass. The
   * bare client, where it is reset, may fail one call with the raw error and sends the rest again
   * unasked: {@link LostReplyTest} shows what that may do.
   */
  @NeedsTcpInfo
  @ParameterizedTest
  @EnumSource
  void mustMoveToANewFlowWhenAllAreForgotten(Dial dial, Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    network.delay(ONE_WAY);
    network.loose(false);
    boolean reset = dial == Dial.ROUTER;
    try (KernelBed bed = new KernelBed(dial, redis.port())) {
      if (reset) {
        bareIsReset(bed, redis, network::forgetAll);
      } else {
        bareHangs(bed, network::forgetAll);
      }
    }
    try (KernelBed bed = new KernelBed(dial, redis.port());
        Callers callers = new Callers("guarded", bed.guarded())) {
      callers.awaitBusy();
      long began = System.nanoTime();
      network.forgetAll();
      Await.until("given up", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      long givenUp = millisSince(began);
      callers.awaitMore(20 * Callers.CALLERS);
      Callers.Outcome outcome = callers.stop(redis);
      Figures.print(
          "all flows forgotten, %s, %d callers".formatted(dial, Callers.CALLERS),
          "given up after %d ms, recovered: longest call %d ms, %s; %s",
          givenUp,
          outcome.longestMillis(),
          bed.swaps().get(0),
          outcome.summary());
      assertSettled(outcome);
      assertOneLoss(bed, outcome, reset ? Cause.PEER_RESET : Cause.PATH_SILENT);
    }
  }
}
