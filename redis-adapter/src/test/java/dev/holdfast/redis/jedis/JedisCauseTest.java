package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Code that looks into Jedis' exceptions finds in the guard's what it finds in Jedis' own. */
final class JedisCauseTest {

  private static @Nullable Class<?> cause(Throwable thrown) {
    return thrown.getCause() == null ? null : thrown.getCause().getClass();
  }

  /** An increment whose answer is lost: what the caller gets. */
  private static Throwable lost(boolean guarded, boolean reset) throws Exception {
    int timeout = reset ? 20_000 : 3_000;
    try (RedisServer redis = RedisServer.start();
        Middlebox box = Middlebox.to(redis.port()).start();
        JedisBed bed =
            new JedisBed("127.0.0.1", box.port(), config -> config.socketTimeoutMillis(timeout))) {
      // No call is proved first, however slow the machine: a PING would be lost in its place.
      JedisGuard guard = bed.guard(builder -> builder.probeAfter(Duration.ofMinutes(1)));
      UnifiedJedis client =
          bed.client(guarded ? bed.guarded(guard, pool -> pool.maxSize(1)) : bed.bare(1));
      client.incr("n");
      box.swallowReplies();
      CompletableFuture<Throwable> thrown =
          CompletableFuture.supplyAsync(() -> catchThrowable(() -> client.incr("n")));
      if (reset) {
        Await.until("it ran", JedisBed.SOON, () -> redis.counter("n") == 2);
        box.resetAll();
      }
      return thrown.get(30, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustHaveTheCauseOfTheBareClient(boolean reset) throws Exception {
    Throwable bare = lost(false, reset);
    Throwable guarded = lost(true, reset);
    assertThat(bare).isInstanceOf(JedisConnectionException.class);
    assertThat(guarded).isInstanceOf(JedisConnectionException.class);
    assertThat(cause(guarded)).isEqualTo(cause(bare));
    if (!reset) {
      assertThat(guarded).hasCauseInstanceOf(SocketTimeoutException.class);
    }
    assertThat(AmbiguousOutcomeException.in(guarded)).isPresent();
    assertThat(AmbiguousOutcomeException.in(new IllegalStateException(guarded))).isPresent();
  }

  /** Where nothing is sent again a read is looked after as a write is, however young. */
  @Test
  void mustLookAtYoungConnectionsWhereNothingIsSentAgain() throws Exception {
    try (RedisServer redis = RedisServer.start();
        Middlebox box = Middlebox.to(redis.port()).start();
        JedisBed bed = new JedisBed(box.port())) {
      JedisGuard guard = bed.guard(builder -> builder.replayAttempts(1));
      UnifiedJedis client = bed.client(bed.guarded(guard, pool -> pool.maxSize(1)));
      for (int round = 0; round < 50; round++) {
        assertThat(client.get("key")).isNull();
        box.finAll();
        box.awaitEndsMet();
        assertThat(client.get("key")).isNull();
      }
      assertThat(bed.ends()).isNotEmpty();
    }
  }
}
