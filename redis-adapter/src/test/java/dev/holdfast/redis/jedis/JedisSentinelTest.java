package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** The master is the server that the Sentinels name. */
final class JedisSentinelTest {

  private static final Duration FAILED_OVER = Duration.ofSeconds(60);

  private static boolean increments(UnifiedJedis client) {
    try {
      return client.incr("n") > 0;
    } catch (JedisException meanwhile) {
      return false;
    }
  }

  @Test
  void mustLendConnectionsToTheMasterOfTheMoment() throws Exception {
    JedisClientConfig config =
        DefaultJedisClientConfig.builder().socketTimeoutMillis(3_000).build();
    try (RedisServer master = RedisServer.start();
        RedisServer replica =
            RedisServer.builder()
                .arguments("--replicaof", "127.0.0.1 " + master.port())
                .arguments("--repl-diskless-sync-delay", "0")
                .start();
        RedisServer sentinel = RedisServer.builder().sentinelOf(master.port()).start();
        JedisBed bed = new JedisBed(master.port())) {
      Await.until(
          "Sentinel knows the replica",
          FAILED_OVER,
          () -> sentinel.command("INFO", "sentinel").contains("slaves=1,"));
      JedisSentinelConnections connections =
          bed.guard(builder -> builder)
              .sentinel(
                  "master",
                  config,
                  Set.of(new HostAndPort("127.0.0.1", sentinel.port())),
                  config,
                  pool -> pool.maxSize(4));
      UnifiedJedis client = bed.client(connections);
      assertThat(client.incr("n")).isEqualTo(1);
      Await.until("replicated", FAILED_OVER, () -> replica.counter("n") == 1);
      JedisConnections first = connections.connections();
      Await.until(
          "Sentinel is listened to",
          FAILED_OVER,
          () -> sentinel.command("CLIENT", "LIST").contains(" sub=1 "));
      master.freeze();
      try {
        // Not before: a master that is slow for so long would be lost too early.
        sentinel.command("SENTINEL", "SET", "master", "down-after-milliseconds", "500");
        Await.until("increments on the other", FAILED_OVER, () -> increments(client));
        assertThat(replica.counter("n")).isGreaterThanOrEqualTo(2);
        assertThat(replica.command("ROLE")).contains("master");
        assertThat(connections.connections()).isNotSameAs(first);
        assertThatThrownBy(first::getConnection).isInstanceOf(JedisException.class);
      } finally {
        master.thaw();
      }
      client.close();
      assertThat(connections.connections().state().total()).isZero();
    }
  }
}
