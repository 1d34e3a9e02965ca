package dev.holdfast.redis.jedis.kernel;

import static dev.holdfast.redis.kernel.Figures.millisSince;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.NeedsTcpInfo;
import dev.holdfast.redis.jedis.JedisBed;
import dev.holdfast.redis.jedis.JedisConnections;
import dev.holdfast.redis.jedis.JedisConnectionsBuilder;
import dev.holdfast.redis.jedis.JedisGuard;
import dev.holdfast.redis.kernel.Callers;
import dev.holdfast.redis.kernel.Figures;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.socket.ConnectionEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisCredentialsProvider;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** What Jedis' own pool meets, and that the guarded one survives it, counted by the server. */
@KernelLab
final class JedisFaultsTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int POOLED = 4;

  /** Long after a dead path is given up, and before the callers' own timeout. */
  private static final Duration HANG = Duration.ofSeconds(20);

  private static JedisBed bed(Dial dial, RedisServer redis, Duration timeout) {
    return new JedisBed(
        dial.address(),
        redis.port(),
        config -> config.socketTimeoutMillis((int) timeout.toMillis()));
  }

  private static PooledConnectionProvider guarded(JedisBed bed, int size) {
    return GuardSwitch.isOff() ? bed.bare(size) : bed.guarded(size);
  }

  /** Opens so many connections. */
  private static void warm(PooledConnectionProvider provider, int size) {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      all.add(provider.getConnection());
    }
    all.forEach(Connection::ping);
    all.forEach(Connection::close);
  }

  /** One increment on each connection, all borrowed before: how many fail. */
  private static int lostOnEach(PooledConnectionProvider provider, String key) {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < POOLED; i++) {
      all.add(provider.getConnection());
    }
    int lost = 0;
    for (Connection connection : all) {
      try {
        connection.executeCommand(new CommandArguments(Command.INCR).key(key));
      } catch (JedisConnectionException failed) {
        lost++;
      }
    }
    all.forEach(Connection::close);
    return lost;
  }

  /** As many callers as there are connections, at once, each with a key of its own. */
  private static List<String> increments(UnifiedJedis client, String name) throws Exception {
    List<String> failures = new CopyOnWriteArrayList<>();
    ExecutorService callers = Executors.newFixedThreadPool(POOLED);
    CountDownLatch begin = new CountDownLatch(1);
    for (int i = 0; i < POOLED; i++) {
      String key = name + i;
      callers.execute(
          () -> {
            try {
              begin.await();
              client.incr(key);
            } catch (JedisConnectionException | InterruptedException failed) {
              failures.add(key + ": " + failed);
            }
          });
    }
    begin.countDown();
    callers.shutdown();
    assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    return failures;
  }

  private static List<Long> ran(RedisServer redis, String name, int count) {
    List<String> keys = IntStream.range(0, count).mapToObj(i -> name + i).toList();
    return List.copyOf(redis.counters(keys).values());
  }

  @ParameterizedTest
  @EnumSource
  void mustMoveWhatIsSentOverAForgottenFlow(Dial dial, Network network) throws Exception {
    RedisServer redis = network.redis();
    network.loose(false).idleLimit(LIMIT);
    try (JedisBed bed = bed(dial, redis, Duration.ofSeconds(2))) {
      PooledConnectionProvider bares = bed.bare(POOLED);
      PooledConnectionProvider guardeds = guarded(bed, POOLED);
      UnifiedJedis guarded = bed.client(guardeds);
      warm(bares, POOLED);
      warm(guardeds, POOLED);
      Await.until("forgotten", JedisBed.SOON, network::hasForgottenAll);
      long began = System.nanoTime();
      List<String> failures = increments(guarded, "guarded");
      long took = millisSince(began);
      int lost = lostOnEach(bares, "bare");
      Figures.print(
          "Jedis, forgotten while idle, " + dial,
          "%d of %d INCR failed bare; %d guarded, %d ms for all",
          lost,
          POOLED,
          failures.size(),
          took);
      assertThat(lost).isEqualTo(POOLED);
      assertThat(failures).isEmpty();
      assertThat(ran(redis, "guarded", POOLED)).containsOnly(1L);
      assertThat(bed.ends()).isNotEmpty();
      assertThat(bed.meter("holdfast.calls.ambiguous.all")).isZero();
    }
  }

  /** Units are proved when they are begun. */
  @ParameterizedTest
  @EnumSource
  void mustBeginNoUnitOnAForgottenFlow(Dial dial, Network network) throws Exception {
    RedisServer redis = network.redis();
    network.loose(false).idleLimit(LIMIT);
    try (JedisBed bed = bed(dial, redis, Duration.ofSeconds(2))) {
      PooledConnectionProvider guarded = guarded(bed, 2);
      warm(guarded, 2);
      Await.until("forgotten", JedisBed.SOON, network::hasForgottenAll);
      try (Connection connection = guarded.getConnection();
          Connection other = guarded.getConnection()) {
        Pipeline pipeline = new Pipeline(connection, false);
        pipeline.incr("pipelined");
        pipeline.incr("pipelined");
        assertThat(pipeline.syncAndReturnAll()).containsExactly(1L, 2L);
        Transaction transaction = new Transaction(other, true, false);
        transaction.incr("transacted");
        assertThat(transaction.exec()).containsExactly(1L);
      }
      assertThat(redis.counter("pipelined")).isEqualTo(2);
      assertThat(redis.counter("transacted")).isEqualTo(1);
    }
  }

  @Test
  void mustMoveWhatIsSentOverAConnectionWhoseFinWasLost(Network network) throws Exception {
    RedisServer redis = network.redis(builder -> builder.idleTimeout(LIMIT));
    network.dropServerFin();
    try (JedisBed bed = bed(Dial.ROUTED, redis, Duration.ofSeconds(2))) {
      PooledConnectionProvider bares = bed.bare(POOLED);
      PooledConnectionProvider guardeds = guarded(bed, POOLED);
      UnifiedJedis guarded = bed.client(guardeds);
      warm(bares, POOLED);
      warm(guardeds, POOLED);
      Await.until(
          "Redis has closed them",
          JedisBed.SOON,
          () -> !redis.command("CLIENT", "LIST", "TYPE", "normal").contains("10.77."));
      List<String> failures = increments(guarded, "guarded");
      int lost = lostOnEach(bares, "bare");
      Figures.print(
          "Jedis, server closed, FIN lost",
          "%d of %d INCR failed bare; %d guarded",
          lost,
          POOLED,
          failures.size());
      assertThat(lost).isEqualTo(POOLED);
      assertThat(failures).isEmpty();
      assertThat(ran(redis, "guarded", POOLED)).containsOnly(1L);
    }
  }

  /**
   * With {@code timeout 1} Redis closes each idle connection at some moment between one and three
   * seconds; increments are spread over all of them, one on each connection.
   *
   * @param finOnItsWay whether the server's FIN stays on its way until all calls are made, as on a
   *     very long path, or arrives at once
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustRunEveryCallOnceAsTheServerCloses(boolean finOnItsWay, Network network)
      throws Exception {
    int calls = 60;
    RedisServer redis = network.redis(builder -> builder.idleTimeout(Duration.ofSeconds(1)));
    try (JedisBed bed = bed(Dial.ROUTED, redis, Duration.ofSeconds(5))) {
      List<UnifiedJedis> bare = clients(bed, calls, false);
      List<UnifiedJedis> guarded = clients(bed, calls, true);
      if (finOnItsWay) {
        network.dropServerFin();
      }
      bare.forEach(JedisFaultsTest::connect);
      guarded.forEach(JedisFaultsTest::connect);
      Await.idle(Duration.ofMillis(900));
      List<String> failures = new ArrayList<>();
      List<String> bareFailures = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        increment(guarded.get(i), "guarded" + i, failures);
        increment(bare.get(i), "bare" + i, bareFailures);
        Await.idle(Duration.ofMillis(35));
      }
      Figures.print(
          "Jedis, server closes at reuse, FIN " + (finOnItsWay ? "on its way" : "at once"),
          "%d of %d INCR failed bare; %d guarded, %d connections given up",
          bareFailures.size(),
          calls,
          failures.size(),
          bed.ends().size());
      assertThat(bareFailures).isNotEmpty();
      assertThat(failures).isEmpty();
      assertThat(ran(redis, "guarded", calls)).containsOnly(1L);
      assertThat(bed.ends()).as("Redis did close some").isNotEmpty();
    }
  }

  /** Each with one connection. */
  private static List<UnifiedJedis> clients(JedisBed bed, int count, boolean guard) {
    UnaryOperator<JedisConnectionsBuilder> settings = pool -> pool.maxSize(1);
    JedisGuard all = bed.guard(builder -> builder);
    return IntStream.range(0, count)
        .mapToObj(i -> guard && !GuardSwitch.isOff() ? bed.guarded(all, settings) : bed.bare(1))
        .map(bed::client)
        .toList();
  }

  /** Again where the server has closed meanwhile what was opened first. */
  private static void connect(UnifiedJedis client) {
    Await.until(
        "connected",
        JedisBed.SOON,
        () -> {
          try {
            client.get("none");
            return true;
          } catch (JedisConnectionException closed) {
            return false;
          }
        });
  }

  private static void increment(UnifiedJedis client, String key, List<String> failures) {
    try {
      client.incr(key);
    } catch (JedisConnectionException failed) {
      failures.add(key + ": " + failed);
    }
  }

  /** The flow is forgotten between the connect and the first word, and what is sent swallowed. */
  @NeedsTcpInfo
  @Test
  void mustGiveUpAFlowThatIsForgottenWhileHandsAreShaken(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.loose(false);
    AtomicBoolean forgotten = new AtomicBoolean();
    RedisCredentialsProvider forgets =
        () -> {
          if (forgotten.compareAndSet(false, true)) {
            network.forgetAll();
          }
          return new DefaultRedisCredentials(null, (char[]) null);
        };
    int longerThanTheTest = (int) HANG.toMillis();
    try (JedisBed bed =
        new JedisBed(
            Dial.VIRTUAL.address(),
            redis.port(),
            config -> config.socketTimeoutMillis(longerThanTheTest).credentialsProvider(forgets))) {
      assertThat(bed.client(guarded(bed, 1)).incr("shaken")).isEqualTo(1);
      assertThat(forgotten).isTrue();
      Await.until("it is told", HANG, () -> !bed.ends().isEmpty());
      assertThat(bed.ends()).extracting(ConnectionEnd::cause).containsOnly(Cause.PATH_SILENT);
    }
  }

  /** All flows are forgotten with fifty calls in flight: swallowed or reset, new ones pass. */
  @NeedsTcpInfo
  @ParameterizedTest
  @EnumSource
  void mustMoveToNewFlowsWhenAllAreForgotten(Dial dial, Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    network.delay(Duration.ofMillis(10));
    network.loose(false);
    try (JedisBed bed = bed(dial, redis, Duration.ofSeconds(3));
        Callers callers = new Callers("bare", bed.client(bed.bare(Callers.CALLERS)))) {
      callers.awaitBusy();
      network.forgetAll();
      Await.until("bare callers fail", JedisBed.SOON, () -> callers.failed() > 0);
      Figures.print(
          "Jedis, all flows forgotten, bare, " + dial, "%s", callers.stop(redis).summary());
    }
    try (JedisBed bed = bed(dial, redis, Duration.ofSeconds(25))) {
      PooledConnectionProvider guardeds = guarded(bed, Callers.CALLERS);
      try (Callers callers = new Callers("guarded", bed.client(guardeds))) {
        callers.awaitBusy();
        network.forgetAll();
        Await.until("given up", HANG, () -> !bed.ends().isEmpty() || callers.failed() > 0);
        callers.awaitMore(20 * Callers.CALLERS);
        Callers.Outcome outcome = callers.stop(redis);
        Figures.print(
            "Jedis, all flows forgotten, guarded, " + dial,
            "%s; %s",
            outcome.summary(),
            bed.ends().stream().map(ConnectionEnd::cause).distinct().toList());
        assertThat(outcome.failures()).isEmpty();
        assertThat(outcome.duplicates()).isEmpty();
        assertThat(outcome.falseSuccesses()).isEmpty();
        assertThat(outcome.answered() + outcome.unclear()).isEqualTo(outcome.increments());
        assertThat(outcome.longestMillis())
            .as("no caller has waited for its own timeout")
            .isLessThan(HANG.toMillis());
      }
    }
  }

  /**
   * The caller's own timeout ends its wait, the bare client's too; guarded, its error says whether
   * the call may have run, and nothing idle is torn down.
   *
   * @param idle whether the connection was idle before: then the call waits for a proof, unsent
   */
  @NeedsTcpInfo
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustNameWhatAFrozenServerLeavesOpenAndCloseNothingElse(boolean idle, Network network)
      throws Exception {
    RedisServer redis = network.redis();
    try (JedisBed bed = bed(Dial.ROUTED, redis, Duration.ofMillis(1_500))) {
      PooledConnectionProvider guardeds = guarded(bed, POOLED);
      UnifiedJedis client = bed.client(guardeds);
      warm(guardeds, POOLED);
      Await.idle(Duration.ofMillis(1_200));
      if (!idle) {
        warm(guardeds, POOLED);
      }
      redis.freeze();
      Throwable late = catchThrowable(() -> client.incr("frozen"));
      redis.thaw();
      boolean unsent = NotExecutedException.in(late).isPresent();
      assertThat(unsent || AmbiguousOutcomeException.in(late).isPresent()).isTrue();
      if (!unsent) {
        Await.until("it ran late", JedisBed.SOON, () -> redis.counter("frozen") == 1);
      }
      assertThat(client.incr("frozen")).isEqualTo(unsent ? 1 : 2);
      assertThat(unsent || !idle).isTrue();
      assertThat(bed.ends()).hasSize(1).allMatch(end -> end.cause() == Cause.REPLY_OVERDUE);
      if (guardeds instanceof JedisConnections pool) {
        assertThat(pool.state().total()).isEqualTo(POOLED - 1);
      }
    }
  }

  /** Where half of all SYNs are lost the kernel repeats its own after a second. */
  @Test
  void mustDialAgainWhenSynsAreLost(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (JedisBed bed = bed(Dial.ROUTED, redis, Duration.ofSeconds(5))) {
      PooledConnectionProvider guardeds = guarded(bed, 30);
      UnifiedJedis client = bed.client(guardeds);
      client.incr("n");
      network.dropSynRandomly(50);
      long began = System.nanoTime();
      warm(guardeds, 30); // none of 30 SYNs is lost once in a thousand million times
      Figures.print("Jedis, half of all SYNs lost", "30 connects in %d ms", millisSince(began));
      network.heal();
      assertThat(bed.meter("holdfast.redials", "reason", "silence")).isPositive();
      assertThat(client.incr("n")).isEqualTo(2);
    }
  }
}
