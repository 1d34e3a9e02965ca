package dev.holdfast.redis.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.jedis.JedisGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Spring's templates over guarded connections of Jedis. */
final class GuardedJedisConnectionFactoryTest {

  private RedisServer redis;
  private JedisGuard guard;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    guard =
        JedisGuard.custom(
                NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
  }

  @AfterEach
  void stop() {
    guard.close();
    redis.close();
  }

  private GuardedJedisConnectionFactory factory(JedisClientConfiguration client) {
    RedisStandaloneConfiguration server =
        new RedisStandaloneConfiguration("127.0.0.1", redis.port());
    server.setDatabase(3);
    return new GuardedJedisConnectionFactory(guard, server, client);
  }

  @Test
  @SuppressWarnings("NullAway") // a pipelined callback has to return null
  void mustRunATemplateOverConnectionsThatAreReplacedUnseen() {
    GuardedJedisConnectionFactory factory =
        factory(JedisClientConfiguration.builder().clientName("shop").usePooling().build());
    factory.afterPropertiesSet();
    factory.start();
    try {
      StringRedisTemplate template = new StringRedisTemplate(factory);
      for (int i = 1; i <= 5; i++) {
        assertThat(template.opsForValue().increment("n")).isEqualTo(i);
        byte[] key = "p".getBytes(StandardCharsets.US_ASCII);
        List<Object> answers;
        try (RedisConnection connection = factory.getConnection()) {
          connection.openPipeline();
          connection.stringCommands().incr(key);
          connection.stringCommands().incr(key);
          answers = connection.closePipeline();
        }
        assertThat(answers).containsExactly(2L * i - 1, 2L * i);
        redis.killAllClients();
      }
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
    } finally {
      factory.destroy();
    }
  }

  @Test
  void mustRefuseAClientThatDoesNotPool() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> factory(JedisClientConfiguration.builder().build()))
        .withMessageContaining("usePooling()");
  }
}
