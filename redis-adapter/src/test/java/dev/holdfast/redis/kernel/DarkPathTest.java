package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.NeedsTcpInfo;
import dev.holdfast.report.DiagnosisEvent;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.pool2.ObjectPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing passes in one direction for a while, as while a router moves or a machine migrates, and
 * TCP mends it within the callers' timeouts: bare beside guarded, in the same outage.
 */
@KernelLab
final class DarkPathTest {

  /** Who is not heard. */
  enum Muted {
    CLIENT,
    SERVER;

    void mute(Network network, Duration outage) {
      if (this == CLIENT) {
        network.muteClientFor(outage);
      } else {
        network.muteServersFor(outage);
      }
    }
  }

  private static final Duration BEHIND_IT = Duration.ofSeconds(3);

  /** Darkness is told from loss after 0.9 s. */
  private static final Duration NOTICED_BY_ALL = Duration.ofSeconds(3);

  @NeedsTcpInfo
  @ParameterizedTest
  @CsvSource({"CLIENT,1", "SERVER,1", "CLIENT,3", "SERVER,3"})
  void mustLoseNoCallOfASharedConnection(Muted muted, int seconds, Network network)
      throws Exception {
    Duration outage = Duration.ofSeconds(seconds);
    boolean noticed = outage.compareTo(NOTICED_BY_ALL) >= 0;
    assumeTrue(noticed || !GuardSwitch.isOff(), "what need not be noticed is survived bare too");
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port());
        Callers bare = new Callers("bare", bed.bare());
        Callers guarded = new Callers("guarded", bed.guarded())) {
      bare.awaitBusy();
      guarded.awaitBusy();
      muted.mute(network, outage);
      Await.idle(outage.plus(BEHIND_IT));
      bare.awaitMore(Callers.CALLERS);
      guarded.awaitMore(Callers.CALLERS);
      Callers.Outcome before = bare.stop(redis);
      Callers.Outcome outcome = guarded.stop(redis);
      Figures.print(
          "%s not heard for %d s, shared".formatted(muted, seconds),
          "bare %s, longest %d ms; guarded %s, longest %d ms, %d swaps; %s",
          before.summary(),
          before.longestMillis(),
          outcome.summary(),
          outcome.longestMillis(),
          bed.swaps().size(),
          bed.diagnoses());
      assertThat(outcome.failures()).hasSizeLessThanOrEqualTo(before.failures().size());
      assertThat(outcome.unclear()).isZero();
      assertThat(outcome.duplicates()).isEmpty();
      assertThat(outcome.falseSuccesses()).isEmpty();
      assertThat(bed.swaps()).isEmpty();
      List<DiagnosisEvent> said =
          bed.diagnoses().stream()
              .filter(event -> event.what().startsWith("connection silent"))
              .toList();
      assertThat(said)
          .allSatisfy(
              event -> {
                assertThat(event.diagnosis().explanations()).containsExactly(Explanation.PATH_DARK);
                assertThat(event.consequence()).isEqualTo("nothing was lost");
              });
      if (noticed) { // a late machine may sleep through a shorter one
        assertThat(said).hasSize(1);
      }
      assertThat(bed.diagnoses())
          .as("nothing else, but that a connect beside them took long")
          .allMatch(event -> said.contains(event) || event.what().equals("connect took long"));
    }
  }

  @NeedsTcpInfo
  @ParameterizedTest
  @CsvSource({"CLIENT,2", "SERVER,2"})
  void mustLoseNoCallOfAPool(Muted muted, int seconds, Network network) throws Exception {
    RedisServer redis = network.redis();
    Duration outage = Duration.ofSeconds(seconds);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port());
        Borrowers bare = new Borrowers("bare", bed.barePool(Borrowers.THREADS));
        Borrowers guarded = new Borrowers("guarded", bed.guardedPool(Borrowers.THREADS))) {
      Await.until(
          "both are busy", KernelBed.SOON, () -> bare.answered() > 50 && guarded.answered() > 50);
      muted.mute(network, outage);
      Await.idle(outage.plus(BEHIND_IT));
      bare.stop();
      guarded.stop();
      Figures.print(
          "%s not heard for %d s, pooled".formatted(muted, seconds),
          "bare %s; guarded %s, %d swaps",
          bare,
          guarded,
          bed.swaps().size());
      assertThat(guarded.failures()).hasSizeLessThanOrEqualTo(bare.failures().size());
      assertThat(redis.counters(guarded.issued).values()).allMatch(times -> times <= 1);
      assertThat(bed.swaps()).isEmpty();
      assertThat(bed.diagnoses())
          .as("what is said of those that waited, beside connects that took long")
          .anySatisfy(
              event ->
                  assertThat(event.diagnosis().explanations())
                      .containsExactly(Explanation.PATH_DARK));
    }
  }

  /** Each borrows, increments a key of its own once, and gives back. */
  private static final class Borrowers implements AutoCloseable {

    static final int THREADS = 8;

    private final ObjectPool<StatefulRedisConnection<String, String>> pool;
    private final String name;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<String> issued = ConcurrentHashMap.newKeySet();
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final Set<String> failures = ConcurrentHashMap.newKeySet();
    private volatile boolean running = true;

    Borrowers(String name, ObjectPool<StatefulRedisConnection<String, String>> pool) {
      this.name = name;
      this.pool = pool;
      for (int thread = 0; thread < THREADS; thread++) {
        int number = thread;
        threads.execute(() -> work(number));
      }
    }

    private void work(int thread) {
      for (int call = 0; running; call++) {
        String key = "%s:%d:%d".formatted(name, thread, call);
        try {
          StatefulRedisConnection<String, String> connection = pool.borrowObject();
          try {
            issued.add(key);
            connection.sync().incr(key);
            answered.add(key);
          } finally {
            pool.returnObject(connection);
          }
        } catch (Exception failed) {
          failures.add(key + ": " + failed);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }

    int answered() {
      return answered.size();
    }

    List<String> failures() {
      return List.copyOf(failures);
    }

    void stop() throws InterruptedException {
      running = false;
      threads.shutdown();
      if (!threads.awaitTermination(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(name + ": borrowers hang");
      }
    }

    @Override
    public void close() {
      running = false;
      threads.shutdownNow();
      pool.close();
    }

    @Override
    public String toString() {
      return "%d issued, %d answered, failures %s"
          .formatted(issued.size(), answered.size(), failures);
    }
  }
}
