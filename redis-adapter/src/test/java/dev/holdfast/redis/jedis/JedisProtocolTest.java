package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.RedisServer;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.RedisProtocol;

/** A guarded {@link Jedis} reads the protocol that its config says, and knows its database. */
@SuppressWarnings("deprecation") // JedisPool, and most used
final class JedisProtocolTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "RESP2", "RESP3"})
  void mustReadTheProtocolOfItsConfig(String protocol) throws Exception {
    DefaultJedisClientConfig.Builder settings = DefaultJedisClientConfig.builder().database(3);
    JedisClientConfig config =
        protocol.isEmpty()
            ? settings.build()
            : settings.protocol(RedisProtocol.valueOf(protocol)).build();
    HostAndPort server = new HostAndPort("127.0.0.1", redis.port());
    GenericObjectPoolConfig<Jedis> pool = new GenericObjectPoolConfig<>();
    pool.setJmxEnabled(false);
    try (JedisBed bed = new JedisBed(redis.port());
        JedisPool bare = new JedisPool(pool, server, config);
        JedisPool guarded =
            new JedisPool(pool, bed.guard(each -> each).jedisFactory(server, config))) {
      assertThat(seen(guarded)).isEqualTo(seen(bare));
    }
  }

  private static String seen(JedisPool pool) {
    try (Jedis jedis = pool.getResource()) {
      jedis.flushAll();
      jedis.zadd("z", 1.5, "m");
      jedis.hset("h", "f", "v");
      return List.of(
              jedis.getDB(),
              jedis.zrangeWithScores("z", 0, -1),
              jedis.hgetAll("h"),
              jedis.hrandfieldWithValues("h", 1),
              jedis.configGet("maxclients"),
              jedis.zpopmin("z"))
          .toString();
    }
  }
}
