package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The middlebox forgets a connection while nobody uses it. */
final class IdleLossTest {

  private static final int CONNECTIONS = 20;
  private static final int ROUNDS = 5;

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().tls().start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  /** 20 connections, five times each: 100 rounds of INCR over a flow forgotten while idle. */
  @ParameterizedTest
  @EnumSource
  void mustNeitherLoseNorDoubleAnIncrement(Forgetting forgetting) throws Exception {
    try (RedisBed bed = new RedisBed(redis, forgetting)) {
      RedisClient client = bed.guarded(bed.guard());
      String counter = "idle:" + forgetting;
      List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        connections.add(client.connect());
      }
      for (int round = 0; round < ROUNDS; round++) {
        Await.idle(Duration.ofMillis(1_100));
        bed.middlebox().forgetAll();
        List<RedisFuture<Long>> increments =
            connections.stream().map(connection -> connection.async().incr(counter)).toList();
        for (RedisFuture<Long> increment : increments) {
          increment.get(5, TimeUnit.SECONDS);
        }
      }
      assertThat(redis.counter(counter)).isEqualTo((long) CONNECTIONS * ROUNDS);
      assertThat(bed.swaps()).hasSize(CONNECTIONS * ROUNDS);
      Cause expected = forgetting == Forgetting.SILENCE ? Cause.PING_UNANSWERED : Cause.PEER_RESET;
      assertThat(bed.swaps()).allMatch(swap -> swap.cause() == expected && swap.moved() == 1);
    }
  }

  @Test
  void bareLettuceHangsUntilItsTimeoutAndAgain() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client = bed.bare();
      try (var connection = client.connect()) {
        connection.sync().ping();
        connection.setTimeout(Duration.ofMillis(500));
        bed.middlebox().forgetAll();
        assertThatThrownBy(() -> connection.sync().incr("bare:idle"))
            .isInstanceOf(RedisCommandTimeoutException.class);
        assertThatThrownBy(() -> connection.sync().incr("bare:idle"))
            .isInstanceOf(RedisCommandTimeoutException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustKeepTheOrderOfAPipelineAcrossASwap(boolean tls) throws Exception {
    int port = tls ? redis.tlsPort() : redis.port();
    try (RedisBed bed =
        new RedisBed(redis, Middlebox.to(port).forgetting(Forgetting.SILENCE).start())) {
      RedisClient client =
          tls
              ? bed.guarded(bed.guard(), TlsSetup.trusting(redis), TlsSetup.uri(bed.middlebox()))
              : bed.guarded(bed.guard());
      for (int round = 0; round < ROUNDS; round++) {
        String counter = "order:" + tls + ":" + round;
        try (var connection = client.connect()) {
          connection.sync().ping();
          Await.idle(Duration.ofMillis(1_100));
          bed.middlebox().forgetAll();
          int calls = 2_000;
          List<RedisFuture<Long>> increments = new ArrayList<>(calls);
          for (int i = 0; i < calls; i++) {
            increments.add(connection.async().incr(counter));
            if (i % 10 == 0) {
              LockSupport.parkNanos(1_000_000); // spread over the whole swap, about 250 ms
            }
          }
          List<Long> replies = new ArrayList<>(calls);
          for (RedisFuture<Long> increment : increments) {
            replies.add(increment.get(20, TimeUnit.SECONDS));
          }
          assertThat(replies)
              .as("round %d", round)
              .isEqualTo(LongStream.rangeClosed(1, calls).boxed().toList());
        }
      }
      assertThat(bed.swaps()).hasSize(ROUNDS);
    }
  }

  @Test
  void mustLetReadsGoAtOnceAndAnswerThemWhenThePathIsDead() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client = bed.guarded(bed.guard());
      redis.command("SET", "read:key", "value");
      try (var connection = client.connect()) {
        connection.sync().ping();
        Await.idle(Duration.ofMillis(1_100));
        bed.middlebox().forgetAll();
        assertThat(connection.sync().get("read:key")).isEqualTo("value");
        assertThat(bed.swaps()).hasSize(1);
        assertThat(bed.swaps().get(0).replayed()).isEqualTo(1);
      }
    }
  }

  @Test
  void mustLeaveAHealthyIdleConnectionAlone() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard =
          LettuceGuard.custom(RedisBed.direct()).meterRegistry(bed.meters()).build();
      guard.onSwap(bed.swaps()::add);
      RedisClient client = bed.guarded(guard);
      try (var connection = client.connect()) {
        for (int round = 0; round < 3; round++) {
          Await.idle(Duration.ofMillis(1_100));
          assertThat(connection.sync().incr("healthy")).isEqualTo(round + 1);
        }
        assertThat(bed.swaps()).isEmpty();
        assertThat(bed.meter("holdfast.probes", "result", "answered")).isEqualTo(3);
      }
    }
  }

  /** Behind a proxy only the caller's own timeout can tell; the connection is not used again. */
  @Test
  void mustGiveUpAConnectionBehindAProxyOnceACommandTimedOut() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      // No call is proved first, however slow the machine: a PING would be lost in its place.
      LettuceGuard guard = bed.guard(settings -> settings.probeAfter(Duration.ofMinutes(1)));
      RedisClient client = bed.guarded(guard);
      try (var connection = client.connect()) {
        connection.sync().ping();
        connection.setTimeout(Duration.ofMillis(500));
        bed.middlebox().forgetAll();
        assertThatThrownBy(() -> connection.sync().incr("overdue"))
            .isInstanceOf(RedisCommandTimeoutException.class);
        Await.until("swapped", RedisBed.SOON, () -> bed.swaps().size() == 1);
        assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.REPLY_OVERDUE);
        connection.setTimeout(Duration.ofSeconds(5));
        assertThat(connection.sync().incr("overdue")).isEqualTo(1);
      }
    }
  }

  @NeedsTcpInfo
  @Test
  void mustPublishWhatTheKernelKnowsToOtherThreads() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      try (var connection = bed.guarded(guard).connect()) {
        connection.sync().ping();
        Await.idle(Duration.ofMillis(1_100));
        connection.sync().incr("snapshot");
        assertThat(guard.snapshots())
            .singleElement()
            .satisfies(
                snapshot -> {
                  assertThat(snapshot.source()).isEqualTo(WireSource.EPOLL);
                  assertThat(snapshot.state()).isEqualTo(WireSnapshot.ESTABLISHED);
                  assertThat(snapshot.rtoMicros()).isPositive();
                });
      }
    }
  }

  /** The bound of a queue on a path that is only being proved is the client's own. */
  @Test
  void mustHoldMoreThanTheHeldLimitWhileThePathIsBeingProved() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client = bed.guarded(bed.guard(builder -> builder.heldLimit(3)));
      try (var connection = client.connect()) {
        connection.sync().ping();
        Await.idle(Duration.ofMillis(1_100));
        bed.middlebox().forgetAll();
        List<CompletableFuture<Long>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          calls.add(connection.async().incr("held").toCompletableFuture());
        }
        for (int i = 0; i < 100; i++) {
          assertThat(calls.get(i).get(5, TimeUnit.SECONDS)).isEqualTo(i + 1);
        }
      }
    }
  }

  @Test
  void mustEndHeldCommandsWhenTheUserClosesTheConnection() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client = bed.guarded(bed.guard());
      var connection = client.connect();
      connection.sync().ping();
      Await.idle(Duration.ofMillis(1_100));
      bed.middlebox().forgetAll();
      var held = connection.async().incr("closed").toCompletableFuture();
      connection.close();
      assertThatThrownBy(() -> held.get(5, TimeUnit.SECONDS)).isNotNull();
      assertThat(held).isDone();
      assertThat(redis.counter("closed")).isZero();
      assertThat(bed.swaps()).isEmpty();
    }
  }
}
