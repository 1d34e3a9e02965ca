package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holding commands until a path is proved refuses none of them, and costs those that read nothing.
 */
final class HoldingTest {

  private static final Duration IDLE = Duration.ofMillis(1_100);

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void clean() {
    redis.command("FLUSHALL");
    redis.command("CONFIG", "RESETSTAT");
  }

  private static RedisURI direct() {
    return direct(redis);
  }

  private static RedisURI direct(RedisServer server) {
    return RedisURI.builder()
        .withHost("127.0.0.1")
        .withPort(server.port())
        .withTimeout(Duration.ofSeconds(20))
        .build();
  }

  private static long calls(String command) {
    return RedisBed.calls(redis, command);
  }

  @Test
  void mustHoldABatchAsOne() throws Exception {
    int size = 15_000;
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      connection.setAutoFlushCommands(false);
      List<RedisFuture<Long>> answers = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        answers.add(connection.async().incr("batch"));
      }
      connection.flushCommands();
      for (int i = 0; i < size; i++) {
        assertThat(answers.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i + 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustTakeNoPlaceInTheClientsQueue(boolean writes) throws Exception {
    int limit = 10;
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var options = ClientOptions.builder().requestQueueSize(limit).build();
      try (var connection = bed.guarded(bed.guard(), options).connect()) {
        connection.sync().ping();
        Await.idle(IDLE);
        List<RedisFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < limit; i++) {
          answers.add(writes ? connection.async().incr("key") : connection.async().get("key"));
        }
        for (RedisFuture<?> answer : answers) {
          answer.toCompletableFuture().get(5, TimeUnit.SECONDS); // throws if it was refused
        }
      }
    }
  }

  @NeedsTcpInfo
  @Test
  void mustTakeAReadForItsOwnProof() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = LettuceGuard.create(RedisBed.direct());
      try (var connection = bed.guarded(guard, ClientOptions.create(), direct()).connect()) {
        connection.sync().ping();
        long before = calls("ping");
        for (int i = 0; i < 3; i++) {
          Await.idle(IDLE);
          connection.sync().get("key");
        }
        assertThat(calls("ping")).isEqualTo(before);
        Await.idle(IDLE);
        connection.sync().incr("key");
        assertThat(calls("ping")).isEqualTo(before + 1);
      }
    }
  }

  /** Behind a read that is its own proof, what must not run twice waits for its answer. */
  @NeedsTcpInfo
  @Test
  void mustHoldAWriteBehindAReadThatIsNotAnswered() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = LettuceGuard.create(RedisBed.direct());
      try (var connection = bed.guarded(guard, ClientOptions.create(), direct()).connect()) {
        connection.sync().ping();
        Await.idle(IDLE);
        var read = connection.async().get("key").toCompletableFuture();
        var write = connection.async().incr("key").toCompletableFuture();
        assertThat(read.get(5, TimeUnit.SECONDS)).isNull();
        assertThat(write.get(5, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(connection.sync().get("key")).isEqualTo("1");
      }
    }
  }

  /** The answer is in the socket; nobody could read it, for a callback held the loop up. */
  @ParameterizedTest
  @ValueSource(ints = {0, 300})
  void mustReadBeforeItJudges(int pauseMillis) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      if (pauseMillis > 0) {
        redis.command("CLIENT", "PAUSE", "100", "ALL");
      }
      CountDownLatch held = new CountDownLatch(1);
      // On the same event loop: it blocks right behind the PING of the INCR below.
      connection
          .async()
          .get("key")
          .thenAccept(
              value -> {
                held.countDown();
                Await.idle(Duration.ofMillis(1_600));
              });
      var counted = connection.async().incr("count").toCompletableFuture();
      assertThat(held.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(counted.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(bed.swaps()).isEmpty();
    }
  }

  /** Where a PING of ours could take a shard message for its answer. */
  @Test
  void mustSendNothingToASubscriberInResp2() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var client =
          bed.guarded(
              bed.guard(builder -> builder.probeAfter(Duration.ofNanos(1))),
              ClientOptions.builder().protocolVersion(ProtocolVersion.RESP2).build());
      BlockingQueue<String> messages = new LinkedBlockingQueue<>();
      try (var subscriber = client.connectPubSub()) {
        subscriber.addListener(
            new RedisPubSubAdapter<>() {
              @Override
              public void message(String channel, String message) {
                messages.add(message);
              }
            });
        subscriber.sync().subscribe("news");
        long before = calls("ping");
        Await.idle(IDLE);
        subscriber.sync().subscribe("more");
        redis.command("PUBLISH", "more", "text");
        assertThat(messages.poll(5, TimeUnit.SECONDS)).isEqualTo("text");
        assertThat(calls("ping")).isEqualTo(before);
        assertThat(bed.swaps()).isEmpty();
      }
    }
  }

  /** The server ends each connection on which it is asked to take so much. */
  @Test
  void mustGiveUpACommandThatNoConnectionSurvives() throws Exception {
    try (RedisServer strict =
            RedisServer.builder().arguments("--client-query-buffer-limit", "1048576").start();
        RedisBed bed = new RedisBed(strict, Forgetting.SILENCE);
        var connection =
            bed.guarded(bed.guard(), ClientOptions.create(), direct(strict)).connect()) {
      connection.sync().ping();
      var huge = connection.async().set("huge", "x".repeat(16 << 20)).toCompletableFuture();
      var next = connection.async().incr("next").toCompletableFuture();
      assertThatThrownBy(() -> huge.get(20, TimeUnit.SECONDS))
          .matches(
              thrown ->
                  NotExecutedException.in(thrown).isPresent()
                      || AmbiguousOutcomeException.in(thrown).isPresent());
      assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(bed.swaps().size()).isLessThanOrEqualTo(EndpointState.SENDINGS);
    }
  }
}
