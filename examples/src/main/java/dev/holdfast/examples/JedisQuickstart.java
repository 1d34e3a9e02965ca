package dev.holdfast.examples;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.redis.jedis.JedisConnections;
import dev.holdfast.redis.jedis.JedisGuard;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;

/** First steps with Jedis. */
final class JedisQuickstart {

  private JedisQuickstart() {}

  static RedisClient client(NetworkPath path, HostAndPort server, JedisClientConfig config) {
    // readme
    JedisGuard guard = JedisGuard.create(path.plan());
    JedisConnections connections = guard.connections(server, config);
    RedisClient client =
        RedisClient.builder().clientConfig(config).connectionProvider(connections).build();
    // end
    return client;
  }
}
