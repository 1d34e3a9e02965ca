package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Their timer would let them sleep for ten minutes. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void mustWakeThoseThatSleepOnceTheirServerIsThere(String host) throws Exception {
    AtomicInteger asleepNow = new AtomicInteger();
    Delay twiceThenLong =
        new Delay() {
          @Override
          public Duration createDelay(long attempt) {
            if (attempt < 3) {
              return Duration.ofMillis(20);
            }
            asleepNow.incrementAndGet();
            return Duration.ofMinutes(10);
          }
        };
    ClientResources resources =
        ClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .reconnectDelay(twiceThenLong)
            .build();
    RedisServer returns = RedisServer.start();
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisURI uri = RedisURI.create("redis://" + host + ":" + returns.port());
      uri.setTimeout(Duration.ofMinutes(10));
      RedisClient client = bed.guarded(bed.guard(), ClientOptions.create(), uri, resources);
      List<StatefulRedisConnection<String, String>> asleep =
          List.of(client.connect(), client.connect(), client.connect());
      returns.kill();
      Await.until("all sleep", RedisBed.SOON, () -> asleepNow.get() == asleep.size());
      returns.restart();
      try (var first = client.connect()) {
        assertThat(first.sync().ping()).isEqualTo("PONG");
      }
      for (StatefulRedisConnection<String, String> one : asleep) {
        assertThat(one.async().ping().get(30, TimeUnit.SECONDS)).isEqualTo("PONG");
      }
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS).get();
      returns.close();
    }
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
