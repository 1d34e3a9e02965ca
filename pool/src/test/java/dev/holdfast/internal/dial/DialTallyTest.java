package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.retry.RetryBudget;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class DialTallyTest {

  private static final InetSocketAddress REMOTE = InetSocketAddress.createUnresolved("there", 1);

  private final RetryBudget budget = new RetryBudget(() -> 0, kind -> {});

  @Test
  void mustSpendTheRedialsOfConnectsThatFail() {
    List<DialTally> underWay = redialled();
    assertThat(budget.allowsReplay()).isTrue();
    underWay.forEach(tally -> tally.report(REMOTE, ConnectOutcome.TIMED_OUT, 1, -1));
    assertThat(budget.allowsReplay()).isFalse();
  }

  @Test
  void mustGiveBackTheRedialsOfConnectsThatSucceedOnce() {
    for (DialTally tally : redialled()) {
      tally.succeeded();
      tally.report(REMOTE, ConnectOutcome.CONNECTED, 1, 1);
    }
    List<DialTally> again = redialled();
    assertThat(again).hasSizeGreaterThan(1);
    again.forEach(tally -> tally.report(REMOTE, ConnectOutcome.TIMED_OUT, 1, -1));
    assertThat(budget.allowsReplay()).isFalse();
  }

  /** As many connects as the budget lets dial again. */
  private List<DialTally> redialled() {
    RedialSchedule schedule =
        RedialSchedule.of(Duration.ofSeconds(10).toNanos(), OptionalLong.empty(), 1);
    List<DialTally> all = new ArrayList<>();
    DialTally next = new DialTally(schedule, budget, false);
    while (next.redial(RedialReason.SILENCE, 0)) {
      all.add(next);
      next = new DialTally(schedule, budget, false);
    }
    return all;
  }
}
