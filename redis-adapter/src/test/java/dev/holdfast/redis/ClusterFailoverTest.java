package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

  private static final int MASTERS = 3;
  private static final int SLOTS = 16_384;
  private static final int WRITERS = 4;
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final Duration GIVEN_UP = Duration.ofSeconds(6);

  /** What was left for a node that is gone for good waits for it so long, bare and guarded. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<RedisServer> nodes = new ArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();

  /** Increments one key of its own, and notes what it was told. */
  private final class Writer extends Thread {

    private final StatefulRedisClusterConnection<String, String> connection;
    private final String key;
    private final Map<String, Integer> failures = new TreeMap<>();
    private long acknowledged;
    private long ambiguous;

    Writer(StatefulRedisClusterConnection<String, String> connection, String key) {
      this.connection = connection;
      this.key = key;
    }

    @Override
    public void run() {
      while (!over.get()) {
        try {
          connection.sync().incr(key);
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
      assertThat(counted(key)).isPositive().isLessThanOrEqualTo(acknowledged + ambiguous);
    }
  }

  /** As the master of its slot says; the others say who that is. */
  private long counted(String key) {
    for (RedisServer node : nodes) {
      try {
        if (isMaster(node)) {
          return Long.parseLong(node.command("GET", key).strip());
        }
      } catch (IllegalStateException | UncheckedIOException movedOrGone) {
        // the next one
      }
    }
    throw new AssertionError("no master has " + key);
  }

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 2 * MASTERS; i++) {
      nodes.add(
          RedisServer.builder()
              .arguments("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
              .arguments("--cluster-port", String.valueOf(freePort()))
              .arguments("--repl-diskless-sync-delay", "0")
              .start());
    }
    for (int i = 0; i < MASTERS; i++) {
      String first = String.valueOf(i * SLOTS / MASTERS);
      String last = String.valueOf((i + 1) * SLOTS / MASTERS - 1);
      nodes.get(i).command("CLUSTER", "ADDSLOTSRANGE", first, last);
    }
    String bus =
        nodes
            .get(0)
            .command("CONFIG", "GET", "cluster-port")
            .lines()
            .skip(1)
            .findFirst()
            .orElseThrow()
            .strip();
    for (RedisServer node : nodes.subList(1, nodes.size())) {
      node.command("CLUSTER", "MEET", "127.0.0.1", String.valueOf(nodes.get(0).port()), bus);
    }
    await(
        "all know each other",
        node -> node.command("CLUSTER", "INFO").contains("cluster_known_nodes:6"));
    for (int i = 0; i < MASTERS; i++) {
      nodes
          .get(MASTERS + i)
          .command("CLUSTER", "REPLICATE", nodes.get(i).command("CLUSTER", "MYID").strip());
    }
    await(
        "the cluster works", node -> node.command("CLUSTER", "INFO").contains("cluster_state:ok"));
    for (RedisServer replica : nodes.subList(MASTERS, nodes.size())) {
      Await.until(
          "it replicates",
          SOON,
          () -> replica.command("INFO", "replication").contains("master_link_status:up"));
    }
  }

  private interface Condition {
    boolean of(RedisServer node);
  }

  private void await(String what, Condition holds) {
    Await.until(what, SOON, () -> nodes.stream().allMatch(holds::of));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  @AfterEach
  void stop() throws Exception {
    over.set(true);
    for (AutoCloseable one : opened) {
      one.close();
    }
    nodes.forEach(RedisServer::close);
  }

  private List<Writer> writers(boolean guarded) {
    ConnectionPlan plan = RedisBed.direct();
    LettuceGuard guard = LettuceGuard.custom(plan).meterRegistry(new SimpleMeterRegistry()).build();
    ClientResources own = ClientResources.create();
    opened.add(0, () -> own.shutdown(0, 0, TimeUnit.SECONDS).get());
    RedisURI uri =
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(nodes.get(0).port())
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
    StatefulRedisClusterConnection<String, String> connection = client.connect();
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(connection, (guarded ? "guarded:" : "bare:") + i));
    }
    return writers;
  }

  /** Redis gives it up after five seconds if the old master was too slow to agree. */
  private static void failOver(RedisServer replica) {
    for (int i = 0; i < 10; i++) {
      try {
        replica.command("CLUSTER", "FAILOVER");
        Await.until("it is the master", GIVEN_UP, () -> isMaster(replica));
        return;
      } catch (IllegalStateException tooSlow) {
        if (isMaster(replica)) {
          return;
        }
      }
    }
    throw new AssertionError("no failover in ten attempts");
  }

  private static boolean isMaster(RedisServer node) {
    return node.command("ROLE").startsWith("master");
  }

  private interface Event {
    void happens() throws Exception;
  }

  private void during(String what, Event event) throws Exception {
    List<Writer> bare = writers(false);
    List<Writer> guarded = writers(true);
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
          for (RedisServer replica : nodes.subList(MASTERS, nodes.size())) {
            failOver(replica);
          }
        });
  }

  @Test
  void mustOutliveAMasterThatIsKilled() throws Exception {
    during(
        "master killed",
        () -> {
          nodes.get(0).kill();
          RedisServer replica = nodes.get(MASTERS);
          Await.until("its replica is the master", SOON, () -> isMaster(replica));
          Await.until(
              "the cluster works",
              SOON,
              () -> nodes.get(1).command("CLUSTER", "INFO").contains("cluster_state:ok"));
        });
  }
}
