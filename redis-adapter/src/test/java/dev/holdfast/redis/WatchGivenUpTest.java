package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The caller of a {@code WATCH} goes before it is sent; the transaction behind it relies on it. */
final class WatchGivenUpTest {

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
    redis.command("CONFIG", "RESETSTAT");
  }

  @Test
  void mustBeSentWhereItWasHeld() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = proving(bed)) {
      holdWhatFollows(connection);
      var exec = watchedTransaction(connection.async());
      redis.thaw();
      assertThat(exec.get(5, TimeUnit.SECONDS).stream()).containsExactly(1L);
      assertThat(RedisBed.calls(redis, "watch")).isEqualTo(1);
    }
  }

  @Test
  void mustBeSentWhereTheLoopWasBusy() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      CountDownLatch goesOn = Standstill.occupyLoop(bed, connection.async());
      var exec = watchedTransaction(connection.async());
      goesOn.countDown();
      assertThat(exec.get(5, TimeUnit.SECONDS).stream()).containsExactly(1L);
      assertThat(RedisBed.calls(redis, "watch")).isEqualTo(1);
    }
  }

  @Test
  void bareLettuceRunsTheTransactionWithoutIt() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.bare().connect()) {
      CountDownLatch goesOn = Standstill.occupyLoop(bed, connection.async());
      var exec = watchedTransaction(connection.async());
      goesOn.countDown();
      assertThat(exec.get(5, TimeUnit.SECONDS).stream()).containsExactly(1L);
      assertThat(RedisBed.calls(redis, "watch")).isZero();
    }
  }

  /** Lettuce would leave it out on its way to the next connection. */
  @Test
  void mustTakeTheTransactionWithItThatWasHeldWhenTheConnectionWasLost() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = proving(bed)) {
      holdWhatFollows(connection);
      var exec = watchedTransaction(connection.async());
      Standstill.disconnect(bed);
      redis.thaw();
      assertThatThrownBy(() -> exec.get(5, TimeUnit.SECONDS))
          .satisfies(failure -> assertThat(NotExecutedException.in(failure)).isPresent());
      assertThat(redis.counter("first")).isZero();
      assertThat(connection.sync().multi()).isEqualTo("OK");
      connection.sync().incr("first");
      assertThat(connection.sync().exec().stream()).containsExactly(1L);
    }
  }

  /** As of a synchronous caller, who knows that he watches nothing. */
  @Test
  void mustNotRefuseWhatIsIssuedLater() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = proving(bed)) {
      holdWhatFollows(connection);
      connection.async().watch("watched").toCompletableFuture().cancel(false);
      Standstill.disconnect(bed);
      redis.thaw();
      assertThat(connection.sync().watch("watched")).isEqualTo("OK");
      assertThat(connection.sync().multi()).isEqualTo("OK");
      connection.sync().incr("first");
      assertThat(connection.sync().exec().stream()).containsExactly(1L);
    }
  }

  private static StatefulRedisConnection<String, String> proving(RedisBed bed) {
    LettuceGuard guard = bed.guard(settings -> settings.probeAfter(Duration.ofNanos(1)));
    StatefulRedisConnection<String, String> connection = bed.guarded(guard).connect();
    connection.sync().ping();
    return connection;
  }

  /** What may not run twice waits for a proof, and the server answers none. */
  private static void holdWhatFollows(StatefulRedisConnection<String, String> connection) {
    redis.freeze();
    connection.async().incr("before");
  }

  private static RedisFuture<TransactionResult> watchedTransaction(
      RedisAsyncCommands<String, String> commands) {
    RedisFuture<String> watch = commands.watch("watched");
    commands.multi();
    commands.incr("first");
    RedisFuture<TransactionResult> exec = commands.exec();
    watch.toCompletableFuture().cancel(false);
    return exec;
  }
}
