package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A master that is frozen accepts what is sent and answers nothing; another takes over. */
final class FailoverTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration FAILED_OVER = Duration.ofSeconds(60);

  private RedisServer master;
  private RedisServer replica;
  private RedisBed bed;

  @BeforeEach
  void start() {
    master = RedisServer.start();
    replica =
        RedisServer.builder()
            .arguments("--replicaof", "127.0.0.1 " + master.port())
            .arguments("--repl-diskless-sync-delay", "0")
            .start();
    bed = new RedisBed(master, Forgetting.SILENCE);
  }

  @AfterEach
  void stop() throws Exception {
    bed.close();
    replica.close();
    master.close();
  }

  /** No call is proved first, however slow the machine: a PING would be lost in its place. */
  private static LettuceGuardBuilder unproved(LettuceGuardBuilder settings) {
    return settings.probeAfter(Duration.ofMinutes(1));
  }

  private RedisURI direct() {
    return RedisURI.builder()
        .withHost("127.0.0.1")
        .withPort(master.port())
        .withTimeout(LONG)
        .build();
  }

  private static AmbiguousOutcomeException outcome(RedisFuture<?> call) throws Exception {
    Throwable thrown =
        call.toCompletableFuture()
            .handle((ok, failed) -> failed)
            .get(FAILED_OVER.toSeconds(), TimeUnit.SECONDS);
    return AmbiguousOutcomeException.in(thrown).orElseThrow();
  }

  @Test
  void mustFollowASentinelAwayFromAFrozenMaster() throws Exception {
    try (RedisServer sentinel = RedisServer.builder().sentinelOf(master.port()).start()) {
      Await.until(
          "Sentinel knows the replica",
          FAILED_OVER,
          () -> sentinel.command("INFO", "sentinel").contains("slaves=1,"));
      RedisURI uri =
          RedisURI.Builder.sentinel("127.0.0.1", sentinel.port(), "master")
              .withTimeout(LONG)
              .build();
      LettuceGuard guard = bed.guard(FailoverTest::unproved);
      RedisClient client = bed.guarded(guard, ClientOptions.create(), uri);
      guard.followSentinels(client, uri);
      try (StatefulRedisConnection<String, String> guarded = client.connect();
          StatefulRedisConnection<String, String> bare = bed.bare().connect(uri)) {
        Await.until(
            "Sentinel is listened to",
            FAILED_OVER,
            () -> sentinel.command("CLIENT", "LIST").contains(" sub=1 "));
        assertThat(guarded.sync().incr("n")).isEqualTo(1);
        assertThat(bare.sync().incr("bare")).isEqualTo(1);
        master.freeze();
        RedisFuture<Long> hangs = bare.async().incr("bare");
        RedisFuture<Long> lost = guarded.async().incr("n");
        // Not before: a master that is slow for so long would be lost too early.
        sentinel.command("SENTINEL", "SET", "master", "down-after-milliseconds", "500");
        assertThat(outcome(lost).lostTo()).isEqualTo(Cause.DEMOTED);
        RedisFuture<Long> next = guarded.async().incr("n");
        assertThat(next.get(FAILED_OVER.toSeconds(), TimeUnit.SECONDS)).isPositive();
        assertThat(hangs.isDone()).isFalse();
        assertThat(replica.command("ROLE")).contains("master");
      } finally {
        master.thaw();
      }
    }
  }

  @Test
  void mustLeaveAServerOnSomebodysWord() throws Exception {
    LettuceGuard guard = bed.guard(FailoverTest::unproved);
    RedisClient client = bed.guarded(guard, ClientOptions.create(), direct());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      assertThat(connection.sync().incr("n")).isEqualTo(1);
      master.freeze();
      RedisFuture<Long> write = connection.async().incr("n");
      RedisFuture<String> read = connection.async().get("n");
      InetSocketAddress server =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), master.port());
      assertThat(
              guard.leave(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), replica.port()), "wrong"))
          .isZero();
      assertThat(guard.leave(server, "the orchestrator says so")).isEqualTo(1);
      assertThat(outcome(write).lostTo()).isEqualTo(Cause.DEMOTED);
      master.thaw();
      assertThat(read.get(FAILED_OVER.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    } finally {
      master.thaw();
    }
  }

  @Test
  void mustLeaveAServerThatIsSilentForLongerThanDeclared() throws Exception {
    LettuceGuard guard = bed.guard(as -> unproved(as).silentServerLimit(Duration.ofSeconds(1)));
    RedisClient client = bed.guarded(guard, ClientOptions.create(), direct());
    try (StatefulRedisConnection<String, String> connection = client.connect();
        StatefulRedisConnection<String, String> blocking = client.connect();
        StatefulRedisConnection<String, String> bare = bed.bare().connect(direct())) {
      assertThat(blocking.sync().blpop(3, "empty")).as("its own time comes on top").isNull();
      assertThat(bed.swaps()).isEmpty();
      assertThat(connection.sync().incr("n")).isEqualTo(1);
      master.freeze();
      RedisFuture<Long> hangs = bare.async().incr("bare");
      assertThat(outcome(connection.async().incr("n")).lostTo()).isEqualTo(Cause.REPLY_OVERDUE);
      assertThat(hangs.isDone()).isFalse();
    } finally {
      master.thaw();
    }
  }

  @Test
  void mustSayWhatIsMissingToFollow() {
    LettuceGuard guard = bed.guard();
    RedisClient client = bed.guarded(guard, ClientOptions.create(), direct());
    assertThatThrownBy(() -> guard.followSentinels(client, direct()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("redis-sentinel://");
    RedisURI uri = RedisURI.Builder.sentinel("127.0.0.1", 1, "master").build();
    assertThatThrownBy(() -> guard.followSentinels(bed.bare(), uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("install()");
    assertThatThrownBy(() -> bed.guard(as -> as.silentServerLimit(Duration.ofMillis(5))))
        .hasMessageContaining("PT0.005S");
  }
}
