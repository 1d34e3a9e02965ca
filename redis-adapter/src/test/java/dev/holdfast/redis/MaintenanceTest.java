package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server announces its maintenance: it is left as it asks, and nothing is made of it. */
final class MaintenanceTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final ClientResources resources =
      DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final Node old = new Node();
  private final Node next = new Node();

  /** A server that counts, and says what it was told to behind its next answer to a write. */
  private static final class Node {
    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicReference<@Nullable String> says = new AtomicReference<>();
    private volatile CountDownLatch answers = new CountDownLatch(0);
    private final ScriptedRedis redis = ScriptedRedis.answering(this::answer);

    private @Nullable String answer(String command) {
      awaitIt();
      if (command.equals("HELLO")) {
        return ScriptedRedis.hello3();
      }
      if (!command.equals("INCR")) {
        return ScriptedRedis.plain(command);
      }
      String answer = ":" + ran.incrementAndGet();
      String push = says.getAndSet(null);
      return push == null ? answer : answer + "\r\n" + push;
    }

    private void awaitIt() {
      try {
        answers.await();
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    }

    private String address() {
      return "127.0.0.1:" + redis.port();
    }

    void falls() {
      answers = new CountDownLatch(1);
    }

    void rises() {
      answers.countDown();
    }
  }

  @BeforeAll
  static void needsAClientThatListens() {
    boolean listens;
    try {
      Class.forName("io.lettuce.core.protocol.MaintenanceAwareConnectionWatchdog");
      listens = true;
    } catch (ClassNotFoundException older) {
      listens = false;
    }
    assumeTrue(listens, "before Lettuce 7 nothing is announced");
  }

  @AfterEach
  void stop() throws Exception {
    old.rises();
    next.rises();
    old.redis.close();
    next.redis.close();
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private LettuceGuard guard(UnaryOperator<LettuceGuardBuilder> with) {
    LettuceGuard guard =
        with.apply(LettuceGuard.custom(RedisBed.direct()).meterRegistry(registry)).build();
    guard.onSwap(swaps::add);
    return guard;
  }

  private RedisClient client(@Nullable LettuceGuard guard, Node node) {
    RedisURI uri =
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(node.redis.port())
            .withTimeout(SOON)
            .build();
    RedisClient client =
        RedisClient.create(guard == null ? resources : guard.install(resources), uri);
    client.setOptions(
        guard == null ? ClientOptions.create() : guard.options(ClientOptions.create()));
    return client;
  }

  @Test
  void mustMoveAsAskedAndCallItMaintenance() {
    RedisClient client = client(guard(each -> each), old);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      old.says.set(ScriptedRedis.push("MOVING", "1", "20", next.address()));
      connection.sync().incr("n");
      AtomicInteger issued = new AtomicInteger(1);
      Await.until(
          "it has moved",
          SOON,
          () -> {
            issued.incrementAndGet();
            connection.sync().incr("n");
            return next.ran.get() > 0;
          });
      assertThat(old.ran.get() + next.ran.get()).as("each ran once").isEqualTo(issued.get());
      assertThat(next.ran.get()).isPositive();
      Await.until("it is told", SOON, () -> !swaps.isEmpty());
      assertThat(swaps).hasSize(1);
      assertThat(swaps.get(0).cause()).isEqualTo(Cause.MAINTENANCE);
      assertThat(swaps.get(0).evidence()).startsWith("MOVING was announced");
      assertThat(swaps.get(0).diagnosis().explanations())
          .containsExactly(Explanation.PLANNED_MAINTENANCE);
    }
    client.shutdown(Duration.ZERO, Duration.ZERO);
  }

  /** Bare, the connection is closed first, and each call waits for the server to come. */
  @Test
  void mustStayWithTheOldServerUntilTheNextAnswers() throws Exception {
    next.falls();
    RedisClient guarded = client(guard(each -> each), old);
    RedisClient bare = client(null, old);
    try (StatefulRedisConnection<String, String> mine = guarded.connect();
        StatefulRedisConnection<String, String> theirs = bare.connect()) {
      old.says.set(ScriptedRedis.push("MOVING", "1", "60", next.address()));
      theirs.sync().incr("n");
      Await.until("bare dials there", SOON, () -> next.redis.accepted() == 1);
      RedisFuture<Long> waits = theirs.async().incr("n");
      old.says.set(ScriptedRedis.push("MOVING", "1", "60", next.address()));
      mine.sync().incr("n");
      Await.until("it is asked", SOON, () -> next.redis.accepted() == 2);
      int before = old.ran.get();
      for (int i = 0; i < 50; i++) {
        mine.sync().incr("n");
      }
      assertThat(old.ran.get() - before).isEqualTo(50);
      assertThat(waits.isDone()).as("bare").isFalse();
      assertThat(swaps).isEmpty();
      next.rises();
      assertThat(waits.get(SOON.toSeconds(), TimeUnit.SECONDS)).isPositive();
      int served = next.ran.get();
      Await.until(
          "it has moved",
          SOON,
          () -> {
            mine.sync().incr("n");
            return next.ran.get() > served;
          });
      Await.until("it is told", SOON, () -> !swaps.isEmpty());
      assertThat(swaps).extracting(SwapEvent::cause).containsExactly(Cause.MAINTENANCE);
    }
    guarded.shutdown(Duration.ZERO, Duration.ZERO);
    bare.shutdown(Duration.ZERO, Duration.ZERO);
  }

  /** The connection without an announcement is silent for less time, and given up. */
  @Test
  void mustBePatientWithAServerThatFailsOver() throws Exception {
    LettuceGuard guard = guard(each -> each.silentServerLimit(Duration.ofSeconds(1)));
    RedisClient toOld = client(guard, old);
    RedisClient toNext = client(guard, next);
    try (StatefulRedisConnection<String, String> told = toOld.connect();
        StatefulRedisConnection<String, String> untold = toNext.connect()) {
      old.says.set(ScriptedRedis.push("FAILING_OVER", "1", "30", "shards"));
      assertThat(told.sync().incr("n")).isEqualTo(1);
      assertThat(untold.sync().incr("n")).isEqualTo(1);
      old.falls();
      next.falls();
      RedisFuture<Long> waits = told.async().incr("n");
      untold.async().incr("n");
      Await.until("the other is given up", SOON, () -> !swaps.isEmpty());
      old.rises();
      assertThat(waits.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(swaps).extracting(SwapEvent::cause).containsExactly(Cause.REPLY_OVERDUE);
    }
    toOld.shutdown(Duration.ZERO, Duration.ZERO);
    toNext.shutdown(Duration.ZERO, Duration.ZERO);
  }

  @Test
  void mustTakeAnEndThatWasAnnouncedForNoFault() throws Exception {
    RedisClient client = client(guard(each -> each), old);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      old.says.set(ScriptedRedis.push("MIGRATING", "1", "30", "shards"));
      connection.sync().incr("n");
      old.redis.reset();
      Await.until("it is told", SOON, () -> !swaps.isEmpty());
      assertThat(connection.sync().incr("n")).isEqualTo(2);
      old.says.set(ScriptedRedis.push("MIGRATED", "1", "shards"));
      connection.sync().incr("n");
      assertThat(swaps.get(0).cause()).isEqualTo(Cause.MAINTENANCE);
      assertThat(swaps.get(0).evidence()).startsWith("MIGRATING was announced");
      assertThat(swaps.get(0).diagnosis().explanations())
          .containsExactly(Explanation.PLANNED_MAINTENANCE);
    }
    client.shutdown(Duration.ZERO, Duration.ZERO);
  }

  @Test
  void mustHandLettuceWhatIsNoPlaceToGo() {
    RedisClient client = client(guard(each -> each), old);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      for (String place : List.of("nowhere", "127.0.0.1:port")) {
        old.says.set(ScriptedRedis.push("MOVING", "1", "20", place));
        connection.sync().incr("n");
      }
      old.says.set(ScriptedRedis.push("MOVING", "1"));
      connection.sync().incr("n");
      old.says.set(ScriptedRedis.push("FAILING_OVER"));
      connection.sync().incr("n");
      assertThat(connection.sync().incr("n")).isEqualTo(5);
      assertThat(swaps).isEmpty();
    }
    client.shutdown(Duration.ZERO, Duration.ZERO);
  }
}
