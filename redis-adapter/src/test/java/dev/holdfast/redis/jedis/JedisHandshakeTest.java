package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/** A handshake that ends by whatever the caller's own objects throw. */
final class JedisHandshakeTest {

  @Test
  void mustLeaveNoConnectionBehindAnErrorOfTheCallers() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    JedisClientConfig config =
        DefaultJedisClientConfig.builder()
            .credentialsProvider(
                () -> {
                  asked.incrementAndGet();
                  throw new AssertionError("theirs");
                })
            .build();
    try (RedisServer redis = RedisServer.start();
        JedisBed bed = new JedisBed(redis.port())) {
      HostAndPort server = new HostAndPort("127.0.0.1", redis.port());
      JedisGuard guard = bed.guard(each -> each);
      try (JedisConnections pool =
          guard.pool(server, config).maxSize(1).acquireTimeout(Duration.ofSeconds(3)).build()) {
        assertThatThrownBy(pool::getConnection).isInstanceOf(RuntimeException.class);
      }
      assertThatThrownBy(() -> guard.jedisFactory(server, config).makeObject())
          .isInstanceOf(AssertionError.class);
      assertThat(asked).hasValueGreaterThanOrEqualTo(2);
      assertThat(guard.parts().sockets().watch().open()).isZero();
    }
  }
}
