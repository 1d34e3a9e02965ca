package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/** A handshake that ends by whatever the caller's own objects throw. */
final class JedisHandshakeTest {

  /** One that is checked too, for Kotlin's users need not declare it. */
  static Stream<Throwable> theirs() {
    return Stream.of(new AssertionError("theirs"), new IOException("theirs"));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> RuntimeException undeclared(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest
  @MethodSource("theirs")
  void mustLeaveNoConnectionBehindWhatTheCallersThrow(Throwable theirs) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    JedisClientConfig config =
        DefaultJedisClientConfig.builder()
            .credentialsProvider(
                () -> {
                  asked.incrementAndGet();
                  throw JedisHandshakeTest.<RuntimeException>undeclared(theirs);
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
      assertThatThrownBy(() -> guard.jedisFactory(server, config).makeObject()).isSameAs(theirs);
      assertThat(asked).hasValueGreaterThanOrEqualTo(2);
      assertThat(guard.parts().sockets().watch().open()).isZero();
    }
  }
}
