package dev.holdfast.redis.jedis;

import static dev.holdfast.redis.jedis.Jedises.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;

/** Guarded connections in pools of Jedis' own. */
final class JedisObjectsTest {

  private static RedisServer redis;

  private final JedisClientConfig config = DefaultJedisClientConfig.builder().build();

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  private static HostAndPort server() {
    return new HostAndPort("127.0.0.1", redis.port());
  }

  @SuppressWarnings("deprecation") // and most used
  @Test
  void mustRefuseUnseenInAJedisPoolWhatDied() throws Exception {
    GenericObjectPoolConfig<Jedis> settings = new GenericObjectPoolConfig<>();
    settings.setJmxEnabled(false);
    try (JedisBed bed = new JedisBed(redis.port());
        JedisPool pool =
            new JedisPool(settings, bed.guard(each -> each).jedisFactory(server(), config))) {
      for (int i = 1; i <= 5; i++) {
        try (Jedis jedis = pool.getResource()) {
          assertThat(jedis.incr("n")).isEqualTo(i);
        }
        redis.killAllClients();
      }
      try (Jedis jedis = pool.getResource()) {
        jedis.multi();
        redis.killAllClients();
      }
      try (Jedis jedis = pool.getResource()) {
        assertThat(jedis.incr("n")).isEqualTo(6);
      }
      assertThat(pool.getNumActive()).isZero();
      assertThat(bed.ends()).hasSizeGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void mustCloseInAConnectionPoolWhatSomethingWasLeftOn() throws Exception {
    GenericObjectPoolConfig<Connection> settings = new GenericObjectPoolConfig<>();
    settings.setJmxEnabled(false);
    try (JedisBed bed = new JedisBed(redis.port());
        ConnectionPool pool =
            new ConnectionPool(
                bed.guard(each -> each).connectionFactory(server(), config), settings)) {
      Object id;
      try (Connection connection = pool.getResource()) {
        id = ask(connection, "CLIENT", "ID");
      }
      try (Connection connection = pool.getResource()) {
        assertThat(ask(connection, "CLIENT", "ID")).isEqualTo(id);
        ask(connection, "SELECT", "7");
      }
      try (Connection connection = pool.getResource()) {
        ask(connection, "SET", "where", "here");
        redis.killAllClients();
        assertThatThrownBy(() -> ask(connection, "INCR", "n"))
            .isInstanceOfAny(AmbiguousJedisOutcomeException.class, JedisNotExecutedException.class);
      }
      assertThat(redis.command("GET", "where")).isEqualTo("here");
      assertThat(redis.counter("n")).isZero();
      assertThat(pool.getNumActive()).isZero();
      assertThat(bed.meter("holdfast.pool.residues", "residue", "database")).isOne();
    }
  }
}
