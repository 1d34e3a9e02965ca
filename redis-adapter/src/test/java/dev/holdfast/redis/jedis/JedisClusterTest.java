package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisCluster;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A real cluster, under Jedis bare and guarded. */
final class JedisClusterTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EACH = 4;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private RedisCluster cluster;
  private JedisClusterBed bed;

  @BeforeEach
  void start() {
    cluster = RedisCluster.start();
    opened.add(cluster);
    bed = new JedisClusterBed(cluster);
    opened.add(0, bed);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  /** Increments one key, and notes what it was told. */
  private static final class Writer extends Thread {

    private final UnifiedJedis client;
    private final String key;
    private final AtomicBoolean over;
    private final AtomicLong acknowledged = new AtomicLong();
    private final Map<String, Integer> failures = new TreeMap<>();
    private long ambiguous;

    Writer(UnifiedJedis client, String key, AtomicBoolean over) {
      this.client = client;
      this.key = key;
      this.over = over;
    }

    @Override
    public void run() {
      while (!over.get()) {
        try {
          client.incr(key);
          acknowledged.incrementAndGet();
        } catch (JedisException thrown) {
          if (AmbiguousOutcomeException.in(thrown).isPresent()) {
            ambiguous++;
          } else {
            failures.merge(thrown.getClass().getSimpleName(), 1, Integer::sum);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustAnswerAsTheBareClient(boolean guarded) {
    ClusterConnectionProvider provider = bed.provider(guarded);
    UnifiedJedis client = JedisClusterBed.client(provider);
    for (int node = 0; node < RedisCluster.MASTERS; node++) {
      String key = JedisClusterBed.key(node, "k");
      assertThat(client.incr(key)).isOne();
      assertThat(client.get(key)).isEqualTo("1");
      assertThat(client.rename(key, key)).isEqualTo("OK");
      assertThat(catchThrowable(() -> client.lpush(key, "x")))
          .isInstanceOf(JedisDataException.class)
          .hasMessageContaining("WRONGTYPE");
    }
    assertThat(client.ping()).isEqualTo("PONG");
    assertThat(provider.getConnectionMap().keySet())
        .isEqualTo(bed.provider(false).getConnectionMap().keySet());
    client.close();
  }

  /** The client repeats what was not answered: what ran must not run again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNotRepeatWhatRan(boolean guarded) throws Exception {
    UnifiedJedis client = bed.client(guarded);
    String key = JedisClusterBed.key(1, "n");
    assertThat(client.incr(key)).isOne();
    CompletableFuture<Long> lost = loseTheAnswer(key, () -> client.incr(key));
    if (guarded) {
      Throwable thrown = Objects.requireNonNull(catchThrowable(lost::join).getCause());
      assertThat(thrown).isInstanceOf(JedisClusterOperationException.class);
      assertThat(AmbiguousOutcomeException.in(thrown)).isPresent();
      assertThat(cluster.counter(key)).isEqualTo(2);
      assertThat(bed.bed().meter("holdfast.calls.ambiguous", "call", "INCR")).isOne();
    } else {
      assertThat(lost.get(60, TimeUnit.SECONDS)).isEqualTo(3);
    }
    assertThat(client.incr(key)).isEqualTo(guarded ? 3 : 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustLetTheClientRepeatARead(boolean guarded) throws Exception {
    UnifiedJedis client = bed.client(guarded);
    String key = JedisClusterBed.key(1, "n");
    assertThat(client.incr(key)).isOne();
    long before = reads();
    CompletableFuture<String> lost =
        CompletableFuture.supplyAsync(
            () -> {
              bed.box(1).swallowReplies();
              return client.get(key);
            });
    Await.until("it was read", SOON, () -> reads() > before);
    bed.box(1).heal();
    bed.box(1).resetAll();
    assertThat(lost.get(60, TimeUnit.SECONDS)).isEqualTo("1");
    assertThat(reads()).isGreaterThanOrEqualTo(before + 2);
  }

  /** A slot is on its way, and each call is sent to where its key is by now ({@code ASK}). */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustKeepTheConnectionsThatItIsSentTo(boolean guarded) {
    String key = aKeyOnItsWay();
    UnifiedJedis client = bed.client(guarded);
    assertThat(client.incr(key)).isOne();
    long connections = bed.box(1).connectionsAccepted();
    for (int i = 2; i <= 20; i++) {
      assertThat(client.incr(key)).isEqualTo(i);
    }
    assertThat(calls(cluster.node(1), "asking")).isEqualTo(20);
    assertThat(bed.box(1).connectionsAccepted()).isEqualTo(connections);
    bed.box(1).resetAll();
    bed.box(1).awaitEndsMet();
    assertThat(client.incr(key)).isEqualTo(21);
  }

  /** The answer to {@code ASKING} came, that of the command is lost. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNotRepeatWhatRanWhereItWasSentTo(boolean guarded) throws Exception {
    RedisServer target = cluster.node(1);
    String key = aKeyOnItsWay();
    UnifiedJedis client = bed.client(guarded);
    assertThat(client.incr(key)).isOne();
    target.command("CLIENT", "PAUSE", "100000", "WRITE");
    CompletableFuture<Long> lost = CompletableFuture.supplyAsync(() -> client.incr(key));
    Await.until("it waits", SOON, () -> isHeld(target));
    bed.box(1).swallowReplies();
    target.command("CLIENT", "UNPAUSE");
    Await.until("it ran", SOON, () -> calls(target, "incr") == 2);
    bed.box(1).heal();
    bed.box(1).resetAll();
    if (guarded) {
      Throwable thrown = Objects.requireNonNull(catchThrowable(lost::join).getCause());
      assertThat(AmbiguousOutcomeException.in(thrown)).isPresent();
    } else {
      assertThat(lost.get(60, TimeUnit.SECONDS)).isEqualTo(3);
    }
    assertThat(client.incr(key)).isEqualTo(guarded ? 3 : 4);
  }

  private static boolean isHeld(RedisServer node) {
    return node.command("CLIENT", "LIST")
        .lines()
        .anyMatch(line -> line.contains(" flags=b ") && line.contains(" cmd=incr "));
  }

  /** Of a slot that leaves the first node for the second. */
  private String aKeyOnItsWay() {
    String key = JedisClusterBed.key(0, "asked");
    String slot = String.valueOf(JedisClusterCRC16.getSlot(key));
    RedisServer source = cluster.node(0);
    RedisServer target = cluster.node(1);
    target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", id(source));
    source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", id(target));
    return key;
  }

  private static String id(RedisServer node) {
    return node.command("CLUSTER", "MYID").strip();
  }

  private long reads() {
    return calls(cluster.node(1), "get");
  }

  private static long calls(RedisServer node, String command) {
    for (String line : node.command("INFO", "commandstats").lines().toList()) {
      if (line.startsWith("cmdstat_" + command + ":")) {
        return Long.parseLong(line.substring(line.indexOf("calls=") + 6, line.indexOf(',')));
      }
    }
    return 0;
  }

  private CompletableFuture<Long> loseTheAnswer(String key, Supplier<Long> call) {
    long before = cluster.counter(key);
    bed.box(1).swallowReplies();
    CompletableFuture<Long> lost = CompletableFuture.supplyAsync(call);
    Await.until("it ran", SOON, () -> cluster.counter(key) == before + 1);
    bed.box(1).heal();
    bed.box(1).resetAll();
    return lost;
  }

  /** On every node the connections that were kept are of no use any more. */
  @Test
  void mustReplaceForgottenFlowsOfEveryNodeUnseen() {
    JedisClusterConnections connections = bed.connections();
    UnifiedJedis client = JedisClusterBed.client(connections);
    for (int round = 1; round <= 5; round++) {
      JedisClusterBed.warm(connections, EACH);
      for (int node = 0; node < RedisCluster.MASTERS; node++) {
        if (round % 2 == 0) {
          bed.box(node).finAll();
        } else {
          bed.box(node).resetAll();
        }
        bed.box(node).awaitEndsMet();
      }
      for (int node = 0; node < RedisCluster.MASTERS; node++) {
        assertThat(client.incr(JedisClusterBed.key(node, "n"))).isEqualTo(round);
      }
    }
    assertThat(connections.states()).hasSize(RedisCluster.MASTERS);
    assertThat(bed.bed().ends()).isNotEmpty();
    client.close();
    assertThat(connections.states().values()).allMatch(state -> state.total() == 0);
  }

  @Test
  void mustFollowSlotsThatMove() throws Exception {
    UnifiedJedis client = bed.client(true);
    AtomicBoolean over = new AtomicBoolean();
    List<Writer> writers = write(client, over);
    cluster.failOver(0);
    awaitProgress(writers);
    finish(writers, over);
    for (Writer writer : writers) {
      assertThat(writer.failures).isEmpty();
      assertCounted(writer);
    }
  }

  /** Its replica takes over: what is lost meanwhile is named, and nothing runs twice. */
  @Test
  void mustRunNothingTwiceWhereANodeDies() throws Exception {
    JedisClusterConnections connections = bed.connections();
    AtomicBoolean over = new AtomicBoolean();
    List<Writer> writers = write(JedisClusterBed.client(connections), over);
    cluster.node(0).kill();
    bed.box(0).resetAll();
    cluster.awaitTakenOver(0);
    awaitProgress(writers);
    finish(writers, over);
    for (Writer writer : writers) {
      assertCounted(writer);
    }
    Await.until(
        "the pool of the lost node is closed",
        SOON,
        () -> {
          connections.renewSlotCache();
          connections.getConnectionMap();
          return !connections.states().keySet().stream()
              .map(node -> node.getPort())
              .toList()
              .contains(cluster.node(0).port());
        });
  }

  private List<Writer> write(UnifiedJedis client, AtomicBoolean over) {
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      writers.add(
          new Writer(client, JedisClusterBed.key(i % RedisCluster.MASTERS, "w" + i + "-"), over));
    }
    writers.forEach(Thread::start);
    awaitProgress(writers);
    return writers;
  }

  private static void awaitProgress(List<Writer> writers) {
    for (Writer writer : writers) {
      long before = writer.acknowledged.get();
      Await.until("it writes", SOON, () -> writer.acknowledged.get() > before + 10);
    }
  }

  private static void finish(List<Writer> writers, AtomicBoolean over) throws Exception {
    over.set(true);
    for (Writer writer : writers) {
      writer.join(SOON.toMillis());
      assertThat(writer.isAlive()).isFalse();
    }
  }

  /** A replica that takes over may lack what the lost master had acknowledged last: never more. */
  private void assertCounted(Writer writer) {
    assertThat(cluster.counter(writer.key))
        .isPositive()
        .isLessThanOrEqualTo(writer.acknowledged.get() + writer.ambiguous);
  }
}
