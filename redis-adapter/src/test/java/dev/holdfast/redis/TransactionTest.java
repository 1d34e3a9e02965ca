package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction moves as a whole or fails as a whole; nothing of it runs outside of it. */
final class TransactionTest {

  private static RedisServer redis;

  private RedisBed bed;
  private StatefulRedisConnection<String, String> connection;
  private RedisAsyncCommands<String, String> commands;

  TransactionTest() {
    bed = new RedisBed(redis, Forgetting.SILENCE);
    connection = bed.guarded(bed.guard()).connect();
    commands = connection.async();
  }

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void warmUp() {
    redis.command("FLUSHALL");
    connection.sync().ping();
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  private static Throwable failureOf(CompletableFuture<?> call) {
    try {
      call.get(5, TimeUnit.SECONDS);
      throw new AssertionError("did not fail");
    } catch (ExecutionException failed) {
      return Objects.requireNonNull(failed.getCause());
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  @Test
  void mustMoveATransactionThatWasNeverSent() throws Exception {
    Await.idle(Duration.ofMillis(1_100));
    bed.middlebox().forgetAll();
    commands.multi();
    commands.incr("moved");
    commands.incr("moved");
    assertThat(commands.exec().get(5, TimeUnit.SECONDS)).containsExactly(1L, 2L);
    assertThat(redis.counter("moved")).isEqualTo(2);
    assertThat(bed.swaps()).hasSize(1);
  }

  /** Nothing but its beginning was sent, and with its connection the server has forgotten that. */
  @Test
  void mustBeginATransactionAgainWhoseMultiWasLost() throws Exception {
    bed.middlebox().swallowReplies();
    var multi = commands.multi().toCompletableFuture();
    Await.until("begun", RedisBed.SOON, () -> redis.command("CLIENT", "LIST").contains("multi=0"));
    bed.middlebox().finAll();
    assertThat(multi.get(5, TimeUnit.SECONDS)).isEqualTo("OK");
    commands.incr("begun-again");
    commands.incr("begun-again");
    assertThat(commands.exec().get(5, TimeUnit.SECONDS)).containsExactly(1L, 2L);
    assertThat(redis.counter("begun-again")).isEqualTo(2);
    assertThat(bed.swaps()).singleElement().matches(swap -> swap.replayed() == 1);
  }

  @Test
  void mustNotBeginATransactionAgainWhoseWatchWasLostToo() throws Exception {
    commands.watch("guarding").get(5, TimeUnit.SECONDS);
    bed.middlebox().swallowReplies();
    commands.multi();
    Await.until("begun", RedisBed.SOON, () -> redis.command("CLIENT", "LIST").contains("multi=0"));
    bed.middlebox().finAll();
    Await.until("swapped", RedisBed.SOON, () -> !bed.swaps().isEmpty());
    commands.incr("unwatched");
    assertThat(failureOf(commands.exec().toCompletableFuture()))
        .isInstanceOf(RedisNotExecutedException.class);
    assertThat(redis.counter("unwatched")).isZero();
  }

  @Test
  void mustReportATransactionAsAmbiguousOnceExecWasSent() {
    bed.middlebox().swallowReplies();
    commands.multi();
    var increment = commands.incr("exec-sent").toCompletableFuture();
    var exec = commands.exec().toCompletableFuture();
    Await.until("it ran", RedisBed.SOON, () -> redis.counter("exec-sent") == 1);
    bed.middlebox().finAll();
    assertThat(failureOf(exec)).isInstanceOf(AmbiguousRedisOutcomeException.class);
    assertThat(failureOf(increment)).isInstanceOf(AmbiguousRedisOutcomeException.class);
    connection.sync().ping();
    assertThat(redis.counter("exec-sent")).isEqualTo(1);
  }

  @Test
  void mustNotRunTheRestOfATransactionThatLostItsBeginning() throws Exception {
    commands.multi().get(5, TimeUnit.SECONDS);
    var first = commands.incr("torn").toCompletableFuture();
    var read = commands.get("torn").toCompletableFuture();
    bed.middlebox().resetAll();
    Await.until("swapped", RedisBed.SOON, () -> !bed.swaps().isEmpty());
    var later = commands.incr("torn").toCompletableFuture();
    var exec = commands.exec().toCompletableFuture();
    assertThat(failureOf(exec)).isInstanceOf(RedisNotExecutedException.class);
    assertThat(failureOf(later)).isInstanceOf(RedisNotExecutedException.class);
    assertThat(failureOf(first)).isInstanceOf(RedisNotExecutedException.class);
    assertThat(failureOf(read)).isInstanceOf(RedisNotExecutedException.class);
    assertThat(connection.sync().incr("torn")).isEqualTo(1);
  }

  /** The server has taken them into its queue; Lettuce waits for EXEC to answer them. */
  @Test
  void mustFailWhatTheServerHadQueuedToo() throws Exception {
    commands.multi().get(5, TimeUnit.SECONDS);
    var queued = commands.incr("queued").toCompletableFuture();
    Await.until("queued", RedisBed.SOON, () -> redis.command("CLIENT", "LIST").contains("multi=1"));
    bed.middlebox().resetAll();
    assertThat(failureOf(queued)).isInstanceOf(RedisNotExecutedException.class);
    assertThat(failureOf(commands.exec().toCompletableFuture()))
        .isInstanceOf(RedisNotExecutedException.class);
  }

  @Test
  void mustNotRunATransactionWhoseWatchWasLost() throws Exception {
    connection.sync().set("watched", "mine");
    commands.watch("watched").get(5, TimeUnit.SECONDS);
    bed.middlebox().resetAll();
    Await.until("swapped", RedisBed.SOON, () -> !bed.swaps().isEmpty());
    redis.command("SET", "watched", "theirs");
    assertThat(connection.sync().get("watched")).isEqualTo("theirs");
    commands.multi();
    commands.set("watched", "overwritten");
    assertThat(failureOf(commands.exec().toCompletableFuture()))
        .isInstanceOf(RedisNotExecutedException.class)
        .hasMessageContaining("WATCH");
    assertThat(redis.command("GET", "watched")).isEqualTo("theirs");
    commands.multi();
    commands.incr("next");
    assertThat(commands.exec().get(5, TimeUnit.SECONDS)).containsExactly(1L);
  }

  /** What the guard prevents: the command after the loss runs, outside of any transaction. */
  @Test
  void bareLettuceRunsTheRestOutsideOfTheTransaction() throws Exception {
    var bare = bed.bare().connect();
    var bareCommands = bare.async();
    bareCommands.multi().get(5, TimeUnit.SECONDS);
    long connections = bed.middlebox().connectionsAccepted();
    bed.middlebox().resetAll();
    Await.until(
        "reconnecting", RedisBed.SOON, () -> bed.middlebox().connectionsAccepted() > connections);
    bareCommands.incr("bare-torn");
    assertThatThrownBy(() -> bareCommands.exec().get(5, TimeUnit.SECONDS))
        .hasMessageContaining("EXEC");
    assertThat(redis.counter("bare-torn")).isEqualTo(1);
  }
}
