package dev.holdfast.redis.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.jedis.JedisGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A guarded factory sets what Spring Data's own sets. */
final class SpringJedisConfigTest {

  private static JedisGuard guard() {
    return JedisGuard.custom(
            NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan())
        .meterRegistry(new SimpleMeterRegistry())
        .build();
  }

  /** What the server knows of the client. */
  private static Set<String> facts(JedisConnectionFactory factory, RedisServer redis) {
    factory.afterPropertiesSet();
    factory.start();
    try {
      new StringRedisTemplate(factory).opsForValue().increment("n");
      Set<String> facts = new TreeSet<>();
      for (String line : redis.command("CLIENT", "LIST").lines().toList()) {
        for (String word : line.split(" ", -1)) {
          if (line.contains("name=shop") && word.matches("(name|db|user|resp|lib-.*)=.*")) {
            facts.add(word);
          }
        }
      }
      return facts;
    } finally {
      factory.destroy();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustTellTheServerWhatSpringDataTellsIt(boolean sentinel) {
    JedisClientConfiguration client =
        JedisClientConfiguration.builder().clientName("shop").usePooling().build();
    try (RedisServer redis = RedisServer.start();
        RedisServer guide = RedisServer.builder().sentinelOf(redis.port()).start();
        JedisGuard guard = guard()) {
      JedisConnectionFactory bare;
      JedisConnectionFactory guarded;
      if (sentinel) {
        RedisSentinelConfiguration server = new RedisSentinelConfiguration().master("master");
        server.addSentinel(new RedisNode("127.0.0.1", guide.port()));
        server.setDatabase(2);
        bare = new JedisConnectionFactory(server, client);
        guarded = new GuardedJedisConnectionFactory(guard, server, client);
      } else {
        RedisStandaloneConfiguration server =
            new RedisStandaloneConfiguration("127.0.0.1", redis.port());
        server.setDatabase(2);
        bare = new JedisConnectionFactory(server, client);
        guarded = new GuardedJedisConnectionFactory(guard, server, client);
      }
      Set<String> known = facts(bare, redis);
      assertThat(known).contains("name=shop", "db=2");
      assertThat(facts(guarded, redis)).isEqualTo(known);
      assertThat(guard.health().endpoints()).isNotEmpty();
    }
  }

  @Test
  void mustTakeOverAllSettingsOfAnother() {
    try (JedisGuard guard = guard()) {
      JedisConnectionFactory made =
          new JedisConnectionFactory(
              new RedisStandaloneConfiguration("redis", 7000),
              JedisClientConfiguration.builder().usePooling().build());
      SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
      made.setExecutor(executor);
      made.setPhase(17);
      made.setEarlyStartup(false);
      made.setAutoStartup(false);
      made.setConvertPipelineAndTxResults(false);
      GuardedJedisConnectionFactory next = GuardedJedisConnectionFactory.inPlaceOf(made, guard);
      assertThat(SpringJedisConfig.executor(next)).containsSame(executor);
      assertThat(next.getPhase()).isEqualTo(17);
      assertThat(next.isEarlyStartup()).isFalse();
      assertThat(next.isAutoStartup()).isFalse();
      assertThat(next.getConvertPipelineAndTxResults()).isFalse();
      assertThat(next.getHostName()).isEqualTo("redis");
      assertThat(next.getPort()).isEqualTo(7000);
      assertThat(next.getClientConfiguration()).isSameAs(made.getClientConfiguration());
    }
  }
}
