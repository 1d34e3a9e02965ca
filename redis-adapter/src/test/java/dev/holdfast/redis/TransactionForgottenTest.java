package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.reactive.RedisReactiveCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transaction is open at the server, or about to be, of which Lettuce knows no more, or never
 * knew: it takes what is issued next for no part of it.
 */
final class TransactionForgottenTest {

  /** Lettuce takes it for no MULTI, the server does. */
  private static final ProtocolKeyword LOWER_CASE_MULTI =
      new ProtocolKeyword() {
        @Override
        public byte[] getBytes() {
          return "multi".getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
          return "multi";
        }
      };

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

  /** Bare, each call from then on is answered with null, and none of them runs. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNotTakeWhatFollowsIntoATransactionThatFailedToItsCaller(boolean guarded)
      throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = (guarded ? bed.guarded(patient(bed)) : bed.bare()).connect()) {
      connection.sync().ping();
      redis.freeze();
      long before = bed.middlebox().bytesToServer();
      var multi = connection.async().multi();
      Await.until("sent", RedisBed.SOON, () -> bed.middlebox().bytesToServer() > before);
      multi.toCompletableFuture().cancel(false);
      redis.thaw();
      assertThat(connection.sync().set("key", "value")).isEqualTo(guarded ? "OK" : null);
      assertThat(connection.sync().get("key")).isEqualTo(guarded ? "value" : null);
      assertThat(redis.command("GET", "key").strip()).isEqualTo(guarded ? "value" : "");
    }
  }

  /** Bare, the connection stays inside the transaction, whose members are never answered. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustEndATransactionWhoseReactiveExecWasLeftOut(boolean flushed) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      RedisReactiveCommands<String, String> commands = connection.reactive();
      connection.sync().ping();
      if (flushed) {
        Standstill.disconnect(bed);
      } else {
        connection.setAutoFlushCommands(false);
      }
      CompletableFuture<String> multi = commands.multi().toFuture();
      CompletableFuture<Long> member = commands.incr("first").toFuture();
      commands.exec().toFuture().cancel(false);
      if (flushed) {
        redis.thaw();
      } else {
        connection.flushCommands();
        connection.setAutoFlushCommands(true);
      }
      assertThat(multi.get(5, TimeUnit.SECONDS)).isEqualTo("OK");
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertNotExecuted(member);
      assertThat(redis.counter("first")).isZero();
    }
  }

  /**
   * @param gone whose caller goes: that of the MULTI, or that of the EXEC
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void mustRunNothingOfATransactionUnknownToLettuceThatWasGivenUpWhileItWasHeld(int gone)
      throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(eager(bed)).connect()) {
      var commands = connection.async();
      RedisFuture<?> member =
          whileHolding(
              commands,
              () -> {
                List<RedisFuture<?>> calls =
                    List.of(begin(commands), commands.incr("first"), commands.exec());
                calls.get(gone).toCompletableFuture().cancel(false);
                return calls.get(1);
              });
      assertNotExecuted(member.toCompletableFuture());
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertThat(redis.counter("first")).isZero();
    }
  }

  /** Nothing tells the calls of others from its members then. */
  @Test
  void mustRunWhatFollowsAMultiUnknownToLettuceThatWasGivenUpWithoutItsEnd() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(eager(bed)).connect()) {
      var commands = connection.async();
      RedisFuture<?> other =
          whileHolding(
              commands,
              () -> {
                begin(commands).toCompletableFuture().cancel(false);
                return commands.incr("other");
              });
      assertThat(other.get(5, TimeUnit.SECONDS)).isEqualTo(1L);
    }
  }

  /**
   * Issues calls from the event loop, so that they are held once they are issued: they wait behind
   * one that needs a proof, which a frozen server does not answer.
   */
  private static RedisFuture<?> whileHolding(
      RedisAsyncCommands<String, String> commands, Supplier<RedisFuture<?>> issue)
      throws Exception {
    var issued =
        commands
            .blpop(0, "gate")
            .thenApply(
                opened -> {
                  redis.freeze();
                  commands.incr("before");
                  return issue.get();
                })
            .toCompletableFuture();
    redis.command("LPUSH", "gate", "opened");
    RedisFuture<?> call = issued.get(10, TimeUnit.SECONDS);
    redis.thaw();
    return call;
  }

  private static LettuceGuard eager(RedisBed bed) {
    return bed.guard(settings -> settings.probeAfter(Duration.ofNanos(1)));
  }

  /** Asks nothing of its own while the server is frozen. */
  private static LettuceGuard patient(RedisBed bed) {
    return bed.guard(settings -> settings.probeAfter(Duration.ofMinutes(1)));
  }

  private static RedisFuture<String> begin(RedisAsyncCommands<String, String> commands) {
    return commands.dispatch(LOWER_CASE_MULTI, new StatusOutput<>(StringCodec.UTF8));
  }

  private static void assertNotExecuted(CompletableFuture<?> call) {
    assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS))
        .satisfies(failure -> assertThat(NotExecutedException.in(failure)).isPresent());
  }
}
