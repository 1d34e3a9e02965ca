package dev.holdfast.benchmarks.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/**
 * On a broken path every caller is told the truth, for each leg of a call: what must run once runs
 * once at the most, an answer is its own, what ran is not denied, and what a bare client would have
 * got does not fail. Choose other calls with {@code -Dexchanges.seed=S -Dexchanges.broken=N}.
 */
final class BrokenExchangesTest {

  private static final int LANES = 4;

  private final long seed = Long.getLong("exchanges.seed", 1);
  private final long calls = Long.getLong("exchanges.broken", 2_000);

  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
  private final LongAdder bareAnswered = new LongAdder();
  private final LongAdder guardedAnswered = new LongAdder();

  private void run(long which) throws Exception {
    BrokenCall call = BrokenCall.random(which);
    BrokenCall.Outcome bare = call.run(Mode.BARE);
    BrokenCall.Outcome guarded = call.run(Mode.GUARDED);
    guarded.wrong().forEach(each -> wrong.add(each + " in " + call));
    if (bare.answered() && !guarded.answered()) {
      wrong.add("answered bare, and not guarded: " + call);
    }
    bareAnswered.add(bare.answered() ? 1 : 0);
    guardedAnswered.add(guarded.answered() ? 1 : 0);
  }

  @Test
  void mustTellEveryCallerTheTruth() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(LANES);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (long which = seed; which < seed + calls; which++) {
        long mine = which;
        all.add(
            threads.submit(
                () -> {
                  run(mine);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.println(
        "%d calls from seed %d: answered %s bare, %s guarded"
            .formatted(calls, seed, bareAnswered, guardedAnswered));
    assertThat(wrong).isEmpty();
    assertThat(guardedAnswered.sum()).isGreaterThanOrEqualTo(bareAnswered.sum());
  }
}
