package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How long after a loss Lettuce dials again, whatever the user's timer. */
final class ReconnectTimerTest {

  /** Notes the delays it is asked for, in milliseconds, and turns once an hour. */
  private static final class SlowTimer implements Timer {
    private final HashedWheelTimer wheel = new HashedWheelTimer(1, TimeUnit.HOURS);
    private final List<Long> asked = new CopyOnWriteArrayList<>();

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
      asked.add(unit.toMillis(delay));
      return wheel.newTimeout(task, delay, unit);
    }

    @Override
    public Set<Timeout> stop() {
      return wheel.stop();
    }
  }

  private static RedisServer redis;

  private final SlowTimer timer = new SlowTimer();

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  private ClientResources.Builder resources() {
    return ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).timer(timer);
  }

  private interface Steps {
    void with(StatefulRedisConnection<String, String> connection) throws Exception;
  }

  private void connected(ClientResources resources, Steps steps) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var client =
          bed.guarded(
              bed.guard(),
              ClientOptions.create(),
              RedisURI.create("redis://127.0.0.1:" + redis.port()),
              resources);
      steps.with(client.connect());
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS).get();
      timer.stop();
    }
  }

  private static void kill(StatefulRedisConnection<String, String> connection) {
    redis.command("CLIENT", "KILL", "ID", connection.sync().clientId().toString());
  }

  @Test
  void mustDialAtOnceWhateverTheUsersTimer() throws Exception {
    connected(
        resources().build(),
        connection -> {
          long id = connection.sync().clientId();
          kill(connection);
          assertThat(connection.async().clientId().get(10, TimeUnit.SECONDS)).isNotEqualTo(id);
        });
  }

  /** A back-off is the user's business, and so is the timer it is measured with. */
  @Test
  void mustLeaveALongerDelayToTheUsersTimer() throws Exception {
    connected(
        resources().reconnectDelay(Delay.constant(Duration.ofMillis(77))).build(),
        connection -> {
          kill(connection);
          Await.until("asked", RedisBed.SOON, () -> timer.asked.contains(77L));
        });
  }

  @Test
  void mustLeaveEverythingElseToTheUsersTimer() throws Exception {
    try {
      Timer guarded = new ReconnectTimer(timer, ImmediateEventExecutor.INSTANCE);
      Timeout timeout = guarded.newTimeout(ignored -> {}, 1, TimeUnit.MILLISECONDS);
      assertThat(timer.asked).containsExactly(1L);
      assertThat(timeout.cancel()).isTrue();
    } finally {
      timer.stop();
    }
  }
}
