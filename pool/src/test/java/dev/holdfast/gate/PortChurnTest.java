package dev.holdfast.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.ManualClock;
import dev.holdfast.path.PortBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Callers who open a connection and close it at once, without end, against a model of the kernel:
 * no EADDRNOTAVAIL may reach one of them, and what gets through must be the budget.
 */
final class PortChurnTest {

  private static final SocketAddress SERVER = new InetSocketAddress("192.0.2.1", 6379);

  /** What came of it. */
  private record Outcome(long connects, long refusals, long kernelRefusals) {}

  private final ManualClock clock = new ManualClock();
  private final long start = clock.getAsLong();

  @ParameterizedTest
  @CsvSource({
    "10, 60000, 1",
    "10, 60000, 40",
    "1000, 60000, 100",
    "28232, 60000, 60",
    "500, 1000, 64"
  })
  void mustCarryTheBudgetAndNeverMeetAnEmptyKernel(int range, long holdMillis, int callers) {
    PortBudget budget = new PortBudget(range, 1, Duration.ofMillis(holdMillis));
    Outcome outcome = churn(budget, new KernelPorts(range, holdMillis * 1_000_000), callers, 10);
    assertThat(outcome.kernelRefusals()).isZero();
    assertThat(outcome.refusals()).isZero();
    assertThat((double) outcome.connects()).isCloseTo(10.0 * range, within(range * 1.0));
  }

  @Test
  void mustFindOutWhatOthersHoldAndStillShowNobodyAnEmptyKernel() {
    PortBudget budget = new PortBudget(1000, 1, Duration.ofMinutes(1));
    KernelPorts kernel = new KernelPorts(1000, 60_000_000_000L).othersHold(400);
    Outcome outcome = churn(budget, kernel, 50, 10);
    assertThat(outcome.refusals()).isZero();
    assertThat((double) outcome.connects()).isCloseTo(6000, within(600.0));
    // The pause keeps a dialler from asking a full kernel again and again.
    assertThat(outcome.kernelRefusals()).isBetween(1L, outcome.connects() / 4);
  }

  /** Each caller waits as told, with all the time in the world; one connection after the other. */
  private Outcome churn(PortBudget budget, KernelPorts kernel, int callers, int holds) {
    EndpointGates gates =
        EndpointGates.custom()
            .budget(budget)
            .clock(clock)
            .random(() -> 0.5)
            .meters(new SimpleMeterRegistry(), "test")
            .build();
    record Caller(long at, int order, @Nullable Turn turn) {}
    PriorityQueue<Caller> callersByTime =
        new PriorityQueue<>(Comparator.comparingLong(Caller::at).thenComparingInt(Caller::order));
    for (int i = 0; i < callers; i++) {
      callersByTime.add(new Caller(0, i, null));
    }
    long end = holds * budget.hold().toNanos();
    long timeout = 10 * budget.hold().toNanos();
    long connects = 0;
    long refusals = 0;
    long kernelRefusals = 0;
    int order = callers;
    while (callersByTime.element().at() < end) {
      Caller caller = callersByTime.remove();
      clock.passNanos(start + caller.at() - clock.getAsLong());
      Turn turn = caller.turn();
      Admission admission = turn == null ? gates.admit(SERVER, timeout) : turn.again();
      while (admission instanceof Admission.Go go) {
        if (kernel.connect(caller.at())) {
          connects++;
          go.permit().connected();
          kernel.closeFirst(caller.at());
          go.permit().closed(Closer.LOCAL);
          admission = gates.admit(SERVER, timeout);
        } else {
          kernelRefusals++;
          admission = go.permit().exhausted();
        }
      }
      if (admission instanceof Admission.Wait wait) {
        callersByTime.add(new Caller(caller.at() + wait.nanos(), order++, wait.turn()));
      } else if (admission instanceof Admission.Refused refused) {
        refusals++;
        callersByTime.add(new Caller(caller.at() + refused.retryNanos(), order++, null));
      }
    }
    return new Outcome(connects, refusals, kernelRefusals);
  }
}
