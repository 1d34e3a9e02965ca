package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Some of a transaction's callers go, as when they time out, before it is sent. Lettuce leaves
 * their commands out wherever it comes upon them, one by one; the rest must not run without them.
 */
final class TransactionGivenUpTest {

  /** Where the transaction waits when they go. */
  enum Waits {
    /** In Lettuce's buffer of commands issued while there is no connection. */
    DISCONNECTED,
    /** The same, but for its MULTI, which was sent and lost with the connection. */
    BEGUN,
    /** In its buffer of commands that are to be flushed together. */
    UNFLUSHED,
    /** On its way to the event loop. */
    LOOP_BUSY
  }

  private static final int MULTI = 0;
  private static final int FIRST = 1;
  private static final int LAST = 2;
  private static final int EXEC = 3;
  private static final int NEXT_EXEC = 5;

  private static final String NOT_EXECUTED = "not executed";

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
  void empty() {
    redis.command("FLUSHALL");
  }

  static Stream<Arguments> all() {
    List<List<Integer>> gone =
        List.of(
            List.of(MULTI),
            List.of(FIRST),
            List.of(LAST),
            List.of(EXEC),
            List.of(MULTI, FIRST),
            List.of(MULTI, EXEC),
            List.of(FIRST, LAST),
            List.of(LAST, EXEC),
            List.of(FIRST, LAST, EXEC),
            List.of(MULTI, FIRST, LAST),
            List.of(MULTI, FIRST, LAST, EXEC));
    return Stream.of(Waits.values())
        .flatMap(
            where ->
                gone.stream()
                    .flatMap(
                        calls ->
                            Stream.of(
                                Arguments.of(where, calls, false),
                                Arguments.of(where, calls, true))));
  }

  /**
   * @param another transaction follows at once
   */
  @ParameterizedTest
  @MethodSource("all")
  void mustRunItWholeOrNotAtAll(Waits where, List<Integer> gone, boolean another) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      List<CompletableFuture<?>> calls = transaction(bed, connection, where, gone, another);
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertThat(redis.command("CLIENT", "LIST")).doesNotContain("multi=0", "multi=1", "multi=2");
      List<Long> ran = List.of(redis.counter("first"), redis.counter("last"));
      assertThat(ran).isIn(List.of(0L, 0L), List.of(1L, 1L));
      boolean whole = ran.equals(List.of(1L, 1L));
      assertThat(whole && (gone.contains(MULTI) || gone.contains(EXEC))).isFalse();
      for (int i = FIRST; i <= EXEC; i++) {
        if (!gone.contains(i)) {
          assertThat(answer(calls.get(i)))
              .isEqualTo(whole ? (i == EXEC ? List.of(1L, 1L) : 1L) : NOT_EXECUTED);
        }
      }
      if (another) {
        assertThat(answer(calls.get(NEXT_EXEC)))
            .isIn(List.of(1L), gone.contains(EXEC) ? NOT_EXECUTED : List.of(1L));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bareLettuceRunsTheRest(Waits where) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.bare().connect()) {
      transaction(bed, connection, where, List.of(FIRST), false);
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertThat(redis.counter("first")).isZero();
      assertThat(redis.counter("last")).isEqualTo(1);
    }
  }

  /** Lettuce forgets both then, and what it issues next is of the first all the same. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustLeaveATransactionAloneWhoseNestedMultiWasRefused(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = (guarded ? bed.guarded(bed.guard()) : bed.bare()).connect()) {
      connection.sync().multi();
      assertThatThrownBy(() -> connection.sync().multi()).hasMessageContaining("nested");
      assertThat(connection.sync().append("queued", "v")).isNull();
      assertThat(redis.command("EXISTS", "queued").strip()).isEqualTo("0");
    }
  }

  /** A MULTI that fails takes Lettuce's memory of the transaction begun since with it. */
  @Test
  void mustRunWhatLettuceHasForgotten() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      RedisAsyncCommands<String, String> commands = connection.async();
      CountDownLatch goesOn = Standstill.occupyLoop(bed, commands);
      var given = commands.multi();
      commands.exec();
      commands.multi();
      commands.incr("first");
      given.toCompletableFuture().cancel(false);
      commands.incr("last");
      commands.exec();
      goesOn.countDown();
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertThat(redis.counter("first")).isEqualTo(1);
      assertThat(redis.counter("last")).isEqualTo(1);
    }
  }

  /** The client has two places for what waits to be sent, and the MULTI takes the second. */
  @Test
  void mustNotTakeWhatFollowsForATransactionThatTheClientRefused() throws Exception {
    ClientOptions options = ClientOptions.builder().requestQueueSize(2).build();
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard(), options).connect()) {
      RedisAsyncCommands<String, String> commands = connection.async();
      CountDownLatch goesOn = Standstill.occupyLoop(bed, commands);
      commands.incr("before");
      var multi = commands.multi();
      assertThat(commands.incr("first").getError()).contains("queue size");
      assertThat(commands.exec().getError()).contains("queue size");
      goesOn.countDown();
      assertThat(multi.get(5, TimeUnit.SECONDS)).isEqualTo("OK");
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertThat(redis.counter("first")).isZero();
    }
  }

  private static List<CompletableFuture<?>> transaction(
      RedisBed bed,
      StatefulRedisConnection<String, String> connection,
      Waits where,
      List<Integer> gone,
      boolean another)
      throws Exception {
    RedisAsyncCommands<String, String> commands = connection.async();
    connection.sync().ping();
    List<CompletableFuture<?>> calls = new ArrayList<>();
    CountDownLatch goesOn = new CountDownLatch(0);
    switch (where) {
      case DISCONNECTED -> Standstill.disconnect(bed);
      case BEGUN -> {
        bed.middlebox().swallowReplies();
        calls.add(commands.multi().toCompletableFuture());
        Await.until(
            "begun", RedisBed.SOON, () -> redis.command("CLIENT", "LIST").contains("multi=0"));
        Standstill.disconnect(bed);
      }
      case UNFLUSHED -> connection.setAutoFlushCommands(false);
      case LOOP_BUSY -> goesOn = Standstill.occupyLoop(bed, commands);
    }
    if (calls.isEmpty()) {
      calls.add(commands.multi().toCompletableFuture());
    }
    calls.add(commands.incr("first").toCompletableFuture());
    calls.add(commands.incr("last").toCompletableFuture());
    calls.add(commands.exec().toCompletableFuture());
    gone.forEach(call -> calls.get(call).cancel(false));
    if (another) {
      calls.add(commands.multi().toCompletableFuture());
      commands.incr("next");
      calls.add(commands.exec().toCompletableFuture());
    }
    switch (where) {
      case DISCONNECTED, BEGUN -> redis.thaw();
      case UNFLUSHED -> {
        connection.flushCommands();
        connection.setAutoFlushCommands(true);
      }
      case LOOP_BUSY -> goesOn.countDown();
    }
    return calls;
  }

  private static @Nullable Object answer(CompletableFuture<?> call) throws Exception {
    try {
      Object answer = call.get(5, TimeUnit.SECONDS);
      return answer instanceof TransactionResult result ? result.stream().toList() : answer;
    } catch (ExecutionException failed) {
      return NotExecutedException.in(failed).isPresent() ? NOT_EXECUTED : failed.getCause();
    }
  }
}
