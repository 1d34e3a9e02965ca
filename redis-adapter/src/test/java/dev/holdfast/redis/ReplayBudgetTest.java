package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What replays may cost a server: nothing is withheld on a stale path, nearly all in an outage. */
final class ReplayBudgetTest {

  private static final int CONNECTIONS = 50;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ClientResources resources =
      DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicInteger gets = new AtomicInteger();

  @AfterEach
  void stop() throws Exception {
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }

  /** A server that reads what must be answered, runs it, and dies. */
  private ScriptedRedis server() {
    return ScriptedRedis.answering(
        command -> {
          if (!command.equals("GET")) {
            return ScriptedRedis.plain(command);
          }
          gets.incrementAndGet();
          return broken.get() ? null : ScriptedRedis.plain(command);
        });
  }

  private LettuceGuard guard() {
    return LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan())
        .meterRegistry(registry)
        .build();
  }

  private RedisClient client(LettuceGuard guard, ScriptedRedis redis) {
    RedisClient client =
        RedisClient.create(guard.install(resources), RedisURI.create("127.0.0.1", redis.port()));
    client.setOptions(guard.options(ClientOptions.create()));
    return client;
  }

  private double withheld() {
    return registry.get("holdfast.retries.withheld").tag("kind", "replay").counter().count();
  }

  @Test
  void mustReplayEveryCallOfFiftyConnectionsLostAtOnce() throws Exception {
    try (ScriptedRedis redis = server()) {
      RedisClient client = client(guard(), redis);
      List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        connections.add(client.connect());
      }
      broken.set(true);
      List<RedisFuture<String>> asked = new ArrayList<>();
      for (var connection : connections) {
        asked.add(connection.async().get("key"));
      }
      broken.set(false);
      for (RedisFuture<String> one : asked) {
        one.get(20, TimeUnit.SECONDS);
      }
      assertThat(withheld()).isZero();
      client.shutdown(Duration.ZERO, Duration.ZERO);
    }
  }

  @Test
  void mustSendACallOnceWhereNoReplayIsEverAnswered() throws Exception {
    try (ScriptedRedis redis = server()) {
      LettuceGuard guard = guard();
      // the address, as the connections know it
      var budget =
          guard
              .replay()
              .budgets()
              .of(new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port()));
      RedisClient client = client(guard, redis);
      try (var connection = client.connect()) {
        connection.setTimeout(Duration.ofSeconds(10));
        broken.set(true);
        assertThat(askedOnce(connection)).as("sent, for one call").isEqualTo(3);
        while (budget.take()) {
          budget.failed(1); // dials that come to nothing take from the same bucket
        }
        for (int i = 0; i < 40; i++) {
          budget.replayLost(); // and so do the replays of others
        }
        gets.set(0);
        assertThat(askedOnce(connection)).as("sent, for one call").isEqualTo(1);
        assertThat(withheld()).isEqualTo(1);
      }
      client.shutdown(Duration.ZERO, Duration.ZERO);
    }
  }

  private int askedOnce(StatefulRedisConnection<String, String> connection) throws Exception {
    var asked = connection.async().get("key");
    asked.await(10, TimeUnit.SECONDS);
    assertThat(asked.getError()).isNotNull();
    return gets.get();
  }
}
