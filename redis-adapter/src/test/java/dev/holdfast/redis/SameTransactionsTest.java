package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions and long batches after an idle second, bare and guarded: the same answers. */
final class SameTransactionsTest {

  private static final Duration IDLE = Duration.ofMillis(1_100);
  private static final int LONG_TRANSACTION = 12_000;
  private static final int LONG_BATCH = 15_000;

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    redis.command("ACL", "SETUSER", "nomulti", "on", ">secret", "~*", "&*", "+@all", "-multi");
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  private static StatefulRedisConnection<String, String> connect(RedisBed bed, boolean guarded) {
    RedisURI uri =
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(redis.port())
            .withTimeout(Duration.ofSeconds(20))
            .build();
    RedisClient client =
        guarded
            ? bed.guarded(
                LettuceGuard.custom(RedisBed.direct()).meterRegistry(bed.meters()).build(),
                ClientOptions.create(),
                uri)
            : bed.bare();
    return client.connect(uri);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustLetACallerThinkWithinATransaction(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var connection = connect(bed, guarded);
      connection.sync().set("name", "ann");
      connection.sync().multi();
      Await.idle(Duration.ofMillis(1_500));
      CompletableFuture<String> name = connection.async().get("name").toCompletableFuture();
      CompletableFuture<Long> number = connection.async().incrby("number", 7).toCompletableFuture();
      TransactionResult result = connection.sync().exec();
      assertThat(result).containsExactly("ann", 7L);
      assertThat(name.get(5, TimeUnit.SECONDS)).isEqualTo("ann");
      assertThat(number.get(5, TimeUnit.SECONDS)).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustRunALongTransactionWholeAfterAnIdleSecond(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var connection = connect(bed, guarded);
      connection.sync().ping();
      Await.idle(IDLE);
      RedisAsyncCommands<String, String> commands = connection.async();
      connection.setAutoFlushCommands(false);
      commands.multi();
      List<CompletableFuture<Long>> members = new ArrayList<>();
      for (int i = 0; i < LONG_TRANSACTION; i++) {
        members.add(commands.incrby("long", 1).toCompletableFuture());
      }
      CompletableFuture<TransactionResult> exec = commands.exec().toCompletableFuture();
      connection.flushCommands();
      connection.setAutoFlushCommands(true);
      assertThat(exec.get(20, TimeUnit.SECONDS).size()).isEqualTo(LONG_TRANSACTION);
      for (int i = 0; i < LONG_TRANSACTION; i++) {
        assertThat(members.get(i).get(5, TimeUnit.SECONDS)).isEqualTo(i + 1);
      }
      assertThat(connection.sync().get("long")).isEqualTo(Integer.toString(LONG_TRANSACTION));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustRunALongBatchWholeAfterAnIdleSecond(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var connection = connect(bed, guarded);
      connection.sync().ping();
      Await.idle(IDLE);
      connection.setAutoFlushCommands(false);
      List<CompletableFuture<Long>> calls = new ArrayList<>();
      for (int i = 0; i < LONG_BATCH; i++) {
        calls.add(connection.async().incr("batch").toCompletableFuture());
      }
      connection.flushCommands();
      for (int i = 0; i < LONG_BATCH; i++) {
        assertThat(calls.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i + 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustAnswerATransactionWithBlpopOnASharedConnection(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      StatefulRedisConnection<String, String> connection;
      if (guarded) {
        LettuceGuard guard = bed.guard();
        connection = guard.shared(bed.guarded(guard).connect());
      } else {
        connection = bed.bare().connect();
      }
      RedisAsyncCommands<String, String> commands = connection.async();
      commands.multi();
      commands.set("after", "1");
      commands.blpop(5, "none");
      commands.incr("after");
      TransactionResult result = commands.exec().get(5, TimeUnit.SECONDS);
      assertThat(result.size()).isEqualTo(3);
      assertThat(result.<String>get(0)).isEqualTo("OK");
      assertThat(result.<Object>get(1)).isNull();
      assertThat(result.<Long>get(2)).isEqualTo(2);
    }
  }

  /** The server has no transaction open, whatever was sent: an INCR that ran is not denied. */
  @Test
  void mustNotDenyWhatRanAfterAMultiThatTheServerRefused() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      var connection = bed.guarded(guard).connect();
      connection.sync().auth("nomulti", "secret");
      assertThat(failureOf(connection.async().multi().toCompletableFuture()))
          .hasMessageContaining("NOPERM");
      bed.middlebox().swallowReplies();
      var ran = connection.async().incr("ran").toCompletableFuture();
      Await.until("it ran", RedisBed.SOON, () -> redis.counter("ran") == 1);
      bed.middlebox().resetAll();
      assertThat(NotExecutedException.in(failureOf(ran))).isEmpty();
      assertThat(connection.sync().get("ran")).isEqualTo("1");
      assertThat(connection.sync().incr("ran")).isEqualTo(2);
    }
  }

  /** Cancelled before it was sent, it opens nothing. */
  @Test
  void mustNotTakeACancelledMultiForOne() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var connection = bed.guarded(bed.guard()).connect();
      connection.sync().ping();
      connection.setAutoFlushCommands(false);
      connection.async().multi().toCompletableFuture().cancel(false);
      connection.flushCommands();
      connection.setAutoFlushCommands(true);
      connection.sync().ping();
      bed.middlebox().swallowReplies();
      var ran = connection.async().incr("ran").toCompletableFuture();
      Await.until("it ran", RedisBed.SOON, () -> redis.counter("ran") == 1);
      bed.middlebox().resetAll();
      assertThat(NotExecutedException.in(failureOf(ran))).isEmpty();
      assertThat(connection.sync().incr("ran")).isEqualTo(2);
    }
  }

  private static Throwable failureOf(CompletableFuture<?> call) throws Exception {
    try {
      throw new AssertionError("did not fail: " + call.get(5, TimeUnit.SECONDS));
    } catch (ExecutionException failed) {
      return failed;
    }
  }
}
