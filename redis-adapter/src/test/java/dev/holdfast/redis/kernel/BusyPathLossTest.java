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
import org.junit.jupiter.api.Test;

/** The path dies under a connection with fifty calls in flight. */
@KernelLab
final class BusyPathLossTest {

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

  private static void assertSettled(Callers.Outcome outcome) {
    assertThat(outcome.duplicates()).isEmpty();
    assertThat(outcome.falseSuccesses()).isEmpty();
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.answered() + outcome.unclear()).isEqualTo(outcome.increments());
  }

  private static void assertOneSilentPath(KernelBed bed, Callers.Outcome outcome) {
    assertThat(bed.swaps()).hasSize(1);
    assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.PATH_SILENT);
    assertThat(bed.swaps().get(0).ambiguous()).isEqualTo(outcome.unclear());
    assertThat(bed.diagnosis().explanations())
        .contains(Explanation.FLOW_FORGOTTEN_SILENT, Explanation.REPLY_PATH_LOST)
        .doesNotContain(Explanation.UNREACHABLE, Explanation.SERVER_SLOW);
  }

  /** Nothing passes until the path heals, and nothing sent before it may run after it. */
  @Test
  void mustGiveUpASilentPathAndRunNothingTwiceOnceItHeals(Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      bareHangs(bed, network::blackhole);
    }
    network.heal();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port());
        Callers callers = new Callers("guarded", bed.guarded())) {
      callers.awaitBusy();
      network.blackhole();
      long began = System.nanoTime();
      Await.until("condemned", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      long condemned = millisSince(began);
      network.heal();
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
      assertOneSilentPath(bed, outcome);
    }
  }

  /** A failover to a box with an empty table: old flows are swallowed, new ones pass. */
  @Test
  void mustMoveToANewFlowWhenAllAreForgotten(Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      bareHangs(bed, network::forgetAll);
    }
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port());
        Callers callers = new Callers("guarded", bed.guarded())) {
      callers.awaitBusy();
      network.forgetAll();
      long began = System.nanoTime();
      Await.until("condemned", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      long condemned = millisSince(began);
      callers.awaitMore(20 * Callers.CALLERS);
      Callers.Outcome outcome = callers.stop(redis);
      Figures.print(
          "all flows forgotten, %d callers".formatted(Callers.CALLERS),
          "condemned after %d ms, recovered: longest call %d ms, %s",
          condemned,
          outcome.longestMillis(),
          bed.swaps().get(0));
      assertSettled(outcome);
      assertOneSilentPath(bed, outcome);
    }
  }
}
