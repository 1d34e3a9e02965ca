package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RefusingPort;
import dev.holdfast.pool.AcquireTimeoutException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A first connect may take as long as the client allows it, with a pool as without. */
final class FirstConnectTest {

  private static final Duration LONGER_THAN_A_BORROW = Duration.ofMillis(3_500);

  private final CountDownLatch awake = new CountDownLatch(1);
  private final ScriptedRedis redis = ScriptedRedis.answering(this::onceAwake);
  private final ClientResources resources =
      ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
  private final LettuceGuard guard =
      LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry()).build();

  private String onceAwake(String command) {
    try {
      awake.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ScriptedRedis.plain(command);
  }

  /** So that no time goes by loading classes where a few seconds are what is tested. */
  @BeforeAll
  static void warmUp() throws Exception {
    FirstConnectTest once = new FirstConnectTest();
    once.awake.countDown();
    try (var pool = once.pool(once.redis.port()).acquireTimeout(Duration.ofSeconds(60)).build();
        var lent = pool.borrow()) {
      assertThat(lent.sync().ping()).isEqualTo("PONG");
    } finally {
      once.stop();
    }
  }

  @AfterEach
  void stop() throws Exception {
    awake.countDown();
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
    redis.close();
  }

  private LettucePoolBuilder<String, String> pool(int port) {
    RedisClient client =
        RedisClient.create(guard.install(resources), RedisURI.create("127.0.0.1", port));
    client.setOptions(guard.options(ClientOptions.create()));
    return guard.pool(client);
  }

  private void mustOutlast(CompletableFuture<StatefulRedisConnection<String, String>> asked)
      throws Exception {
    Await.idle(LONGER_THAN_A_BORROW);
    awake.countDown();
    try (var lent = asked.get(20, TimeUnit.SECONDS)) {
      assertThat(lent.sync().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void mustWaitForASlowFirstConnect() throws Exception {
    try (var pool = pool(redis.port()).build()) {
      mustOutlast(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return pool.borrow();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
  }

  @Test
  void mustWaitForASlowFirstConnectWithoutBlocking() throws Exception {
    try (var pool = pool(redis.port()).build()) {
      mustOutlast(pool.acquire());
    }
  }

  @Test
  void mustKeepToATimeoutThatWasSet() {
    try (var pool = pool(redis.port()).acquireTimeout(Duration.ofMillis(100)).build()) {
      assertThatThrownBy(pool::borrow)
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("within 100 ms");
    }
  }

  @Test
  void mustNotWaitLongerForWhatIsRefused() throws Exception {
    try (RefusingPort nobody = RefusingPort.any();
        var pool = pool(nobody.port()).build()) {
      assertThatThrownBy(pool::borrow)
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("within 3000 ms");
    }
  }
}
