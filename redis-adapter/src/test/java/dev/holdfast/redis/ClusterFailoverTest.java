package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisCluster;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real cluster whose masters move while it is written to. */
final class ClusterFailoverTest {

  private static final int WRITERS = 4;
  private static final int MOVES = 30;

  /**
   * A command that ASK has led to a node, and that comes there three moves late, is run by it
   * beside the key that is still elsewhere: Redis cannot tell.
   */
  private static final Duration LONGER_THAN_A_REDIRECT = Duration.ofMillis(300);

  /** What was left for a node that is gone for good waits for it so long, bare and guarded. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private RedisCluster cluster;

  /** Increments one key of its own, and notes what it was told. */
  private class Writer extends Thread {

    final StatefulRedisClusterConnection<String, String> connection;
    final String key;
    private final Map<String, Integer> failures = new TreeMap<>();
    private long acknowledged;
    private long ambiguous;

    Writer(StatefulRedisClusterConnection<String, String> connection, String key) {
      this.connection = connection;
      this.key = key;
    }

    void call() {
      connection.sync().incr(key);
    }

    @Override
    public void run() {
      while (!over.get()) {
        try {
          call();
          acknowledged++;
        } catch (RuntimeException thrown) {
          if (AmbiguousOutcomeException.in(thrown).isPresent()) {
            ambiguous++;
          } else {
            failures.merge(String.valueOf(thrown.getMessage()), 1, Integer::sum);
          }
        }
      }
    }

    void assertNothingTwice() {
      assertThat(cluster.counter(key)).isPositive().isLessThanOrEqualTo(acknowledged + ambiguous);
    }
  }

  /** Writes two keys of one slot at once: declined while they are apart. */
  private final class PairWriter extends Writer {

    PairWriter(StatefulRedisClusterConnection<String, String> connection, String key) {
      super(connection, key);
    }

    @Override
    void call() {
      connection.sync().mset(Map.of(key, "1", key + ":too", "1"));
    }

    @Override
    void assertNothingTwice() {
      // it says the same each time
    }
  }

  @BeforeEach
  void start() {
    cluster = RedisCluster.start();
  }

  @AfterEach
  void stop() throws Exception {
    over.set(true);
    for (AutoCloseable one : opened) {
      one.close();
    }
    cluster.close();
  }

  private StatefulRedisClusterConnection<String, String> connect(boolean guarded) {
    ConnectionPlan plan = RedisBed.direct();
    LettuceGuard guard = LettuceGuard.custom(plan).meterRegistry(new SimpleMeterRegistry()).build();
    ClientResources own = ClientResources.create();
    opened.add(0, () -> own.shutdown(0, 0, TimeUnit.SECONDS).get());
    RedisURI uri =
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(cluster.node(0).port())
            .withTimeout(PATIENCE)
            .build();
    RedisClusterClient client = RedisClusterClient.create(guarded ? guard.install(own) : own, uri);
    opened.add(0, () -> client.shutdown(Duration.ZERO, Duration.ZERO));
    ClusterClientOptions options =
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder()
                    .enablePeriodicRefresh(Duration.ofMillis(500))
                    .build())
            .build();
    client.setOptions(guarded ? guard.options(options) : options);
    return client.connect();
  }

  private List<Writer> writers(boolean guarded) {
    StatefulRedisClusterConnection<String, String> connection = connect(guarded);
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(connection, (guarded ? "guarded:" : "bare:") + i));
    }
    return writers;
  }

  /** All in one slot. */
  private List<Writer> writersOfOneSlot(boolean guarded) {
    StatefulRedisClusterConnection<String, String> connection = connect(guarded);
    String whose = "{moving}:" + (guarded ? "guarded:" : "bare:");
    return List.of(
        new Writer(connection, whose + 0),
        new Writer(connection, whose + 1),
        new PairWriter(connection, whose + "pair"));
  }

  private interface Event {
    void happens() throws Exception;
  }

  private void during(String what, Event event) throws Exception {
    during(what, writers(false), writers(true), event);
  }

  private void during(String what, List<Writer> bare, List<Writer> guarded, Event event)
      throws Exception {
    bare.forEach(Thread::start);
    guarded.forEach(Thread::start);
    Await.idle(Duration.ofMillis(500));
    event.happens();
    Await.idle(Duration.ofSeconds(1));
    over.set(true);
    for (Writer writer : bare) {
      writer.join();
    }
    for (Writer writer : guarded) {
      writer.join();
    }
    print(what + ", bare", bare);
    print(what + ", guarded", guarded);
    for (Writer writer : guarded) {
      writer.assertNothingTwice();
      assertThat(writer.failures.keySet()).allMatch(text -> text.startsWith("Command timed out"));
    }
  }

  private static void print(String whose, List<Writer> writers) {
    Map<String, Integer> failures = new TreeMap<>();
    writers.forEach(
        w -> w.failures.forEach((text, count) -> failures.merge(text, count, Integer::sum)));
    System.out.printf(
        "[cluster] %s: %d acknowledged, %d ambiguous, failed %s%n",
        whose,
        writers.stream().mapToLong(w -> w.acknowledged).sum(),
        writers.stream().mapToLong(w -> w.ambiguous).sum(),
        failures);
  }

  @Test
  void mustFollowAFailoverByCommand() throws Exception {
    during(
        "failover by command",
        () -> {
          for (int master = 0; master < RedisCluster.MASTERS; master++) {
            cluster.failOver(master);
          }
        });
  }

  @Test
  void mustOutliveAMasterThatIsKilled() throws Exception {
    during(
        "master killed",
        () -> {
          cluster.node(0).kill();
          cluster.awaitTakenOver(0);
        });
  }

  /** What was sent to it is answered when it goes on: that it is slow is all that is known. */
  @Test
  void mustOutliveAMasterThatIsStopped() throws Exception {
    during(
        "master stopped",
        () -> {
          cluster.node(0).freeze();
          try {
            cluster.awaitTakenOver(0);
          } finally {
            cluster.node(0).thaw();
          }
        });
  }

  @Test
  void mustFollowASlotThatMovesUnderLoad() throws Exception {
    List<Writer> guarded = writersOfOneSlot(true);
    during(
        "slot moved " + MOVES + " times",
        writersOfOneSlot(false),
        guarded,
        () -> {
          for (int i = 0; i < MOVES; i++) {
            cluster.moveSlot(SlotHash.getSlot("{moving}"));
            Await.idle(LONGER_THAN_A_REDIRECT);
          }
        });
    for (Writer writer : guarded) {
      assertThat(writer.failures).isEmpty();
      assertThat(writer.ambiguous).isZero();
    }
    for (Writer writer : guarded.subList(0, 2)) {
      assertThat(cluster.counter(writer.key)).isEqualTo(writer.acknowledged);
    }
  }
}
