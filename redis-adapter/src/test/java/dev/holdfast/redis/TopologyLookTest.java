package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lettuce asks every node for the topology, and waits for all of them: what it asked one that is
 * gone must not wait until that is back.
 */
final class TopologyLookTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustEndWithTheNodeThatWasAsked(boolean lettucesOwn) throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisURI uri = bed.viaMiddlebox();
      uri.setTimeout(LONG);
      try (StatefulRedisConnection<String, String> connection =
          bed.guarded(bed.guard()).connect(uri)) {
        if (lettucesOwn) {
          assertThat(connection.sync().clientSetname("lettuce#ClusterTopologyRefresh"))
              .isEqualTo("OK");
        } else {
          assertThat(connection.sync().ping()).isEqualTo("PONG");
        }
        redis.freeze();
        RedisFuture<String> nodes = connection.async().info("clients");
        bed.middlebox().resetAll();
        if (lettucesOwn) {
          Throwable ended =
              nodes.toCompletableFuture().handle((ok, failed) -> failed).get(30, TimeUnit.SECONDS);
          assertThat(ended).isNotNull();
        }
        redis.thaw();
        if (!lettucesOwn) {
          assertThat(nodes.get(30, TimeUnit.SECONDS)).contains("connected_clients");
        }
      } finally {
        redis.thaw();
      }
    }
  }
}
