package dev.holdfast.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EndpointGatesRaceTest {

  private static final int THREADS = 8;
  private static final int ROUNDS = 20_000;

  @Test
  void mustKeepTheBooksUnderManyThreads() throws Exception {
    GateBed bed = GateBed.withPorts(64);
    AtomicInteger open = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        SplittableRandom random = new SplittableRandom(i);
        runs.add(pool.submit(() -> churn(bed, open, random)));
      }
      for (Future<?> run : runs) {
        run.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(bed.ports()).isEqualTo(new PortUse(0, 0, 0, 64));
    assertThat(bed.state().waiting()).isZero();
  }

  private static void churn(GateBed bed, AtomicInteger open, SplittableRandom random) {
    List<Permit> mine = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      Admission admission = bed.ask();
      if (admission instanceof Admission.Go go) {
        assertThat(open.incrementAndGet()).isLessThanOrEqualTo(64);
        go.permit().connected();
        mine.add(go.permit());
      } else if (admission instanceof Admission.Wait wait) {
        wait.turn().leave();
      }
      if (mine.size() > 10 || random.nextBoolean()) {
        closeAll(mine, open);
      }
    }
    closeAll(mine, open);
  }

  private static void closeAll(List<Permit> permits, AtomicInteger open) {
    for (Permit permit : permits) {
      open.decrementAndGet();
      permit.closed(Closer.REMOTE);
    }
    permits.clear();
  }
}
