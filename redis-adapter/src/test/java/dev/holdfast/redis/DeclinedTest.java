package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.Decline;
import dev.holdfast.internal.retry.RetryBudget;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server declines to run for the moment is run later, once, in its order. */
final class DeclinedTest {

  private static final String LOADING = "-LOADING Redis is loading the dataset in memory";
  private static final String READONLY = "-READONLY You can't write against a read only replica.";

  private static RedisServer real;

  private final List<String> ran = new CopyOnWriteArrayList<>();
  private final AtomicInteger toDecline = new AtomicInteger();
  private final AtomicInteger declined = new AtomicInteger();
  private volatile String lastDeclined = "";
  private volatile String says = LOADING;
  private volatile String declines = "INCR SET";

  private final ScriptedRedis redis = ScriptedRedis.answeringWords(this::answer);
  private RedisBed bed;

  @BeforeAll
  static void start() {
    real = RedisServer.builder().arguments("--lua-time-limit", "5").start();
  }

  @AfterAll
  static void stop() {
    real.close();
  }

  @BeforeEach
  void open() {
    bed = new RedisBed(real, Forgetting.SILENCE);
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
    redis.close();
  }

  private String answer(List<String> words) {
    String name = words.get(0);
    if (declines.contains(name) && toDecline.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      lastDeclined = String.join(" ", words);
      declined.incrementAndGet();
      return says;
    }
    if (words.size() > 1 && (name.equals("INCR") || name.equals("SET") || name.equals("GET"))) {
      ran.add(name + " " + words.get(1));
    }
    return ScriptedRedis.plain(name);
  }

  private RedisURI uri(int port) {
    return RedisURI.builder()
        .withHost("127.0.0.1")
        .withPort(port)
        .withTimeout(Duration.ofSeconds(20))
        .build();
  }

  private StatefulRedisConnection<String, String> guarded(UnaryOperator<LettuceGuardBuilder> set) {
    return client(set, redis.port()).connect();
  }

  private RedisClient client(UnaryOperator<LettuceGuardBuilder> settings, int port) {
    return bed.guarded(bed.guard(settings), ClientOptions.create(), uri(port));
  }

  private StatefulRedisConnection<String, String> guarded() {
    return guarded(as -> as);
  }

  private StatefulRedisConnection<String, String> bare(int port) {
    RedisClient client = bed.bare();
    return client.connect(uri(port));
  }

  private double loadingAnswers() {
    return bed.meter("holdfast.calls.declined", "code", "loading");
  }

  private void decline(int answers) {
    toDecline.set(answers);
  }

  /** One that was begun meanwhile on the same connection is its caller's alone. */
  @Test
  void mustSendNothingAgainIntoATransaction() throws Exception {
    List<String> sent = new CopyOnWriteArrayList<>();
    AtomicInteger left = new AtomicInteger(1);
    try (ScriptedRedis server =
            ScriptedRedis.answeringWords(
                words -> {
                  sent.add(words.get(0));
                  return words.get(0).equals("INCR") && left.getAndDecrement() > 0
                      ? "-TRYAGAIN Multiple keys request during rehashing of slot"
                      : ScriptedRedis.plain(words.get(0));
                });
        var connection = client(as -> as, server.port()).connect()) {
      CompletableFuture<Long> declinedOne = connection.async().incr("n").toCompletableFuture();
      Await.until(
          "it waits",
          RedisBed.SOON,
          () -> bed.meter("holdfast.calls.declined", "code", "tryagain") == 1);
      connection.sync().multi();
      Await.idle(Duration.ofMillis(200)); // many times as long as it waits
      connection.sync().discard();
      assertThat(declinedOne.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      int begins = sent.indexOf("MULTI");
      assertThat(sent.subList(begins, sent.lastIndexOf("DISCARD"))).containsExactly("MULTI");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LOADING,
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
        "-CLUSTERDOWN The cluster is down",
        "-TRYAGAIN Multiple keys request during rehashing of slot"
      })
  void mustSendAgainWhatWasDeclined(String answer) {
    says = answer;
    try (var connection = guarded()) {
      decline(3);
      assertThat(connection.sync().incr("n")).isEqualTo(1);
      assertThat(ran).containsExactly("INCR n");
      assertThat(declined).hasValue(3);
      String code = answer.substring(1, answer.indexOf(' ')).toLowerCase(java.util.Locale.ROOT);
      assertThat(bed.meter("holdfast.calls.declined", "code", code)).isEqualTo(3);
    }
    try (var connection = bare(redis.port())) {
      decline(1);
      assertThatThrownBy(() -> connection.sync().incr("n"))
          .isInstanceOf(RedisCommandExecutionException.class);
    }
  }

  @Test
  void mustCountFromZeroWhateverAServerMaySay() {
    assertThat(bed.guard().name()).isEqualTo("redis");
    assertThat(bed.meters().find("holdfast.calls.declined").counters())
        .hasSize(Decline.values().length)
        .allMatch(counter -> counter.count() == 0);
  }

  @Test
  void mustKeepTheOrder() throws Exception {
    try (var connection = guarded()) {
      decline(8);
      declines = "SET GET";
      List<RedisFuture<?>> answers = new ArrayList<>();
      List<String> issued = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(connection.async().set("k" + i, "v"));
        answers.add(connection.async().get("k" + i));
        issued.add("SET k" + i);
        issued.add("GET k" + i);
        if (i == 2) {
          Await.until("all six were declined", RedisBed.SOON, () -> loadingAnswers() >= 6);
        }
      }
      for (RedisFuture<?> answer : answers) {
        answer.get(20, TimeUnit.SECONDS);
      }
      assertThat(ran).containsExactlyElementsOf(issued);
      assertThat(declined).hasValue(8);
    }
  }

  @Test
  void mustNotSendAgainBehindWhatRanMeanwhile() throws Exception {
    try (var connection = guarded()) {
      connection.setAutoFlushCommands(false);
      decline(1);
      RedisFuture<String> write = connection.async().set("k", "v");
      RedisFuture<String> read = connection.async().get("k");
      connection.flushCommands();
      assertThat(read.get(20, TimeUnit.SECONDS)).isNull();
      assertThat(write.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(write.getError()).startsWith("LOADING");
      assertThat(ran).containsExactly("GET k");
      connection.setAutoFlushCommands(true);
      assertThat(connection.sync().incr("n")).isEqualTo(1);
    }
  }

  @Test
  void mustAskMoreSeldomWhereItLeadsToNothing() {
    LettuceGuard guard = bed.guard();
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port());
    RetryBudget budget = guard.replay().budgets().ofDeclined(server);
    try (var connection = bed.guarded(guard, ClientOptions.create(), uri(redis.port())).connect()) {
      decline(1);
      long began = System.nanoTime();
      for (int i = 0; i < 52; i++) {
        budget.replayLost(); // of a hundred tokens; half of one is back in a second
      }
      assertThat(connection.sync().incr("n")).isEqualTo(1);
      assertThat(System.nanoTime() - began).isGreaterThan(Duration.ofSeconds(2).toNanos());
      assertThat(declined).hasValue(1);
      assertThat(bed.meter("holdfast.retries.withheld", "kind", "declined")).isPositive();
      assertThat(guard.replay().budgets().of(server).allowsReplay()).isTrue();
    }
  }

  @Test
  void mustTellWhatTheServerSaysWhenItsPatienceIsOver() {
    try (var connection = guarded(as -> as.declinedPatience(Duration.ofMillis(300)))) {
      decline(Integer.MAX_VALUE);
      assertThatThrownBy(() -> connection.sync().incr("n"))
          .isInstanceOf(RedisCommandExecutionException.class)
          .hasMessageStartingWith("LOADING");
      assertThat(declined.get()).isGreaterThan(1);
      decline(0);
      assertThat(connection.sync().incr("n")).isEqualTo(1);
    }
  }

  @Test
  void mustBeSwitchedOffByZero() {
    try (var connection = guarded(as -> as.declinedPatience(Duration.ZERO))) {
      decline(1);
      assertThatThrownBy(() -> connection.sync().incr("n"))
          .isInstanceOf(RedisCommandExecutionException.class);
      assertThat(declined).hasValue(1);
    }
  }

  @Test
  void mustSendNothingForACallerWhoHasGone() {
    try (var connection = guarded()) {
      connection.setTimeout(Duration.ofMillis(300));
      decline(Integer.MAX_VALUE);
      assertThatThrownBy(() -> connection.sync().incr("gone"))
          .isInstanceOf(io.lettuce.core.RedisCommandTimeoutException.class);
      connection.setTimeout(Duration.ofSeconds(20));
      RedisFuture<Long> next = connection.async().incr("next");
      Await.until(
          "only the next is asked for", RedisBed.SOON, () -> lastDeclined.equals("INCR next"));
      decline(0);
      assertThat(next.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1);
      assertThat(ran).containsExactly("INCR next");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"LOADING of a script's own making", "READONLY the same"})
  void mustNotSendAScriptAgainThatMayHaveRun(String words) {
    says = "-" + words;
    declines = "EVAL";
    try (var connection = guarded()) {
      decline(1);
      assertThatThrownBy(() -> connection.sync().eval("return 1", ScriptOutputType.INTEGER))
          .isInstanceOf(RedisCommandExecutionException.class);
      assertThat(declined).hasValue(1);
    }
  }

  @Test
  void mustLeaveTransactionsAsTheyAre() {
    try (var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().multi();
      connection.sync().set("k", "v");
      assertThat(connection.sync().exec().wasDiscarded()).isFalse();
    }
  }

  @Test
  void mustMoveAWriteThatAReplicaDeclined() {
    says = READONLY;
    try (var connection = guarded()) {
      assertThat(connection.sync().incr("before")).isEqualTo(1);
      decline(1);
      assertThat(connection.sync().incr("n")).isEqualTo(1);
      assertThat(redis.accepted()).isEqualTo(2);
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.DEMOTED);
      assertThat(ran).containsExactly("INCR before", "INCR n");
    }
    try (var connection = bare(redis.port())) {
      decline(1);
      assertThatThrownBy(() -> connection.sync().incr("n"))
          .isInstanceOf(RedisCommandExecutionException.class);
    }
  }

  /** What its client's options say of reconnects is known by then. */
  @Test
  void mustMoveTheFirstWritesOfAConnection() {
    says = READONLY;
    try (var connection = guarded()) {
      decline(2);
      connection.setAutoFlushCommands(false);
      RedisFuture<Long> one = connection.async().incr("n");
      RedisFuture<Long> two = connection.async().incr("m");
      connection.setAutoFlushCommands(true);
      connection.flushCommands();
      assertThat(one.toCompletableFuture().join()).isEqualTo(1);
      assertThat(two.toCompletableFuture().join()).isEqualTo(1);
      assertThat(ran).containsExactly("INCR n", "INCR m");
    }
  }

  @Test
  void mustTakeTheConnectionsThatOnlyReadAlong() {
    says = READONLY;
    RedisClient client = client(as -> as, redis.port());
    try (var writes = client.connect();
        var reads = client.connect();
        var transaction = client.connect()) {
      assertThat(writes.sync().incr("before")).isEqualTo(1);
      assertThat(reads.sync().get("k")).isNull();
      assertThat(transaction.sync().watch("k")).isEqualTo("OK");
      decline(1);
      assertThat(writes.sync().incr("n")).isEqualTo(1);
      Await.until("both are connected anew", RedisBed.SOON, () -> redis.accepted() == 5);
      assertThat(reads.sync().get("k")).isNull();
      assertThat(bed.swaps()).extracting(SwapEvent::cause).hasSize(2).containsOnly(Cause.DEMOTED);
    }
  }

  @Test
  void mustNotReconnectForEachWriteWhereAReplicaIsWhatWasAskedFor() {
    says = READONLY;
    try (var connection = guarded()) {
      decline(Integer.MAX_VALUE);
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(() -> connection.sync().incr("n"))
            .isInstanceOf(RedisCommandExecutionException.class)
            .hasMessageStartingWith("READONLY");
      }
      assertThat(connection.sync().get("k")).isNull();
    }
    assertThat(redis.accepted()).isLessThan(10);
  }

  @Test
  void mustGoWithTheNameToTheNewPrimary() {
    AtomicInteger leadsTo = new AtomicInteger(real.port());
    try (RedisServer other = RedisServer.start();
        var connection =
            bed.guarded(
                    bed.guard(),
                    ClientOptions.create(),
                    uri(real.port()),
                    bed.resources(() -> leadsTo.get()))
                .connect()) {
      assertThat(connection.sync().set("k", "1")).isEqualTo("OK");
      real.command("REPLICAOF", "127.0.0.1", String.valueOf(other.port()));
      leadsTo.set(other.port());
      try {
        for (int i = 0; i < 60; i++) {
          connection.sync().incr("n");
        }
        assertThat(other.counters(List.of("n"))).isEqualTo(Map.of("n", 60L));
      } finally {
        real.command("REPLICAOF", "NO", "ONE");
      }
    }
  }

  @Test
  void mustWaitWhileAServerLoadsItsData() throws Exception {
    try (RedisServer loads =
            RedisServer.builder()
                .arguments("--enable-debug-command", "yes", "--key-load-delay", "1000")
                .arguments("--loading-process-events-interval-bytes", "1024")
                .start();
        var connection = client(as -> as, loads.port()).connect();
        var bare = bare(loads.port())) {
      loads.command("DEBUG", "POPULATE", "1500");
      long answered = 0;
      boolean bareFailed = false;
      for (int i = 0; i < 10 && !(bareFailed && loadingAnswers() > 0); i++) { // until both met it
        CompletableFuture<String> reload =
            CompletableFuture.supplyAsync(() -> loads.command("DEBUG", "RELOAD"));
        while (!reload.isDone()) {
          answered++;
          RedisFuture<Long> call = connection.async().incr("n");
          do {
            bareFailed |= fails(() -> bare.sync().incr("bare"));
          } while (!call.isDone());
          assertThat(call.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join())
              .isEqualTo(answered);
        }
        assertThat(reload.join()).isEqualTo("OK");
      }
      assertThat(loadingAnswers()).isPositive();
      assertThat(bareFailed).isTrue();
    }
  }

  private static boolean fails(Runnable call) {
    try {
      call.run();
      return false;
    } catch (RedisCommandExecutionException declined) {
      return true;
    }
  }

  @Test
  void mustWaitOutAScriptAndLetTheOperatorEndIt() {
    try (var scripts = bare(real.port());
        var connection = client(as -> as, real.port()).connect()) {
      connection.sync().set("k", "v");
      RedisFuture<Object> endless =
          scripts.async().eval("while true do end", ScriptOutputType.STATUS);
      Await.until(
          "the server is busy",
          RedisBed.SOON,
          () -> {
            try {
              return real.command("PING").isEmpty();
            } catch (IllegalStateException refused) {
              return String.valueOf(refused.getMessage()).contains("BUSY");
            }
          });
      RedisFuture<String> read = connection.async().get("k");
      Await.until(
          "it was declined",
          RedisBed.SOON,
          () -> bed.meter("holdfast.calls.declined", "code", "busy") > 0);
      assertThat(connection.sync().scriptKill()).isEqualTo("OK");
      assertThat(read.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo("v");
      assertThat(endless.toCompletableFuture().handle((ok, failed) -> failed).join()).isNotNull();
    }
  }
}
