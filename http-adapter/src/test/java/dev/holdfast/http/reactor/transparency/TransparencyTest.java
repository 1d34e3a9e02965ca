package dev.holdfast.http.reactor.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.NginxServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * On a path that is well nobody can tell that there is a guard: not the caller by what he gets or
 * is told, not the server by what it is asked, how often, and over which connection. Choose other
 * programs with {@code -Dtransparency.seed=S -Dtransparency.programs=N -Dtransparency.pausing=M};
 * {@code -Dtransparency.show=true} prints those that prove nothing.
 *
 * <p>What the test has caught: a connection upgraded to HTTP/2 by a websocket's request, evicted
 * (seeds 1032, 1068, 1073). Interim answers are left out: what follows them answers the next
 * request without a guard, see {@code InterimTest}.
 */
final class TransparencyTest {

  /** Some wait for a time-out. */
  private static final int LANES = 6;

  /** They sleep most of the time. */
  private static final int PAUSING_LANES = 16;

  private final long seed = Long.getLong("transparency.seed", 1);
  private final long programs = Long.getLong("transparency.programs", 240);
  private final long pausing = Long.getLong("transparency.pausing", 16);
  private final Judge judge = new Judge();

  @Test
  void mustShowTheSameWithAndWithoutAGuard() throws Exception {
    try (NginxServer nginx = NginxServer.builder().tls().start()) {
      ExecutorService threads = Executors.newFixedThreadPool(LANES + PAUSING_LANES);
      try {
        List<Future<?>> lanes = new ArrayList<>();
        AtomicLong next = new AtomicLong(seed);
        AtomicLong nextPausing = new AtomicLong(seed);
        for (int i = 0; i < LANES + PAUSING_LANES; i++) {
          boolean slow = i >= LANES;
          lanes.add(
              threads.submit(
                  () -> {
                    if (slow) {
                      lane(nginx, nextPausing, pausing, Mode.PROVING, Program::pausing);
                    } else {
                      lane(nginx, next, programs, Mode.GUARDED, Program::of);
                    }
                    return null;
                  }));
        }
        for (Future<?> lane : lanes) {
          lane.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
    System.out.printf(
        "%d exchanges of %d programs, each bare and guarded: %d differ, %d prove nothing; %.0f"
            + " proofs%n",
        judge.exchanges.sum(),
        judge.programs.sum(),
        judge.different.size(),
        judge.unsteady.size(),
        judge.proofs.sum());
    if (Boolean.getBoolean("transparency.show")) {
      judge.unsteady.forEach(System.out::println);
    }
    assertThat(judge.different).as("%s", String.join("\n\n", judge.different)).isEmpty();
    assertThat(judge.unsteady)
        .as("%s", String.join("\n\n", judge.unsteady))
        .hasSizeLessThanOrEqualTo((int) (judge.programs.sum() / 8));
    assertThat(judge.proofs.sum()).isGreaterThanOrEqualTo(pausing > 0 ? 1.0 : 0.0);
  }

  private void lane(
      NginxServer nginx, AtomicLong next, long count, Mode mode, LongFunction<Program> make)
      throws Exception {
    try (Servers servers = new Servers(nginx)) {
      for (long s = next.getAndIncrement(); s < seed + count; s = next.getAndIncrement()) {
        judge.judge(make.apply(s), mode, servers);
      }
    }
  }

  @Test
  void mustMakeTheSameProgramOfASeed() {
    assertThat(Program.of(17)).isEqualTo(Program.of(17)).isNotEqualTo(Program.of(18));
  }
}
