package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.pool.JedisPools;
import dev.holdfast.benchmarks.pool.RedisPool;
import dev.holdfast.benchmarks.pool.RedisPools;

/** Whose pool is measured. */
enum PooledClient {
  HOLDFAST("holdfast"),
  HOLDFAST_OBJECTS("holdfast-objects"),
  UNCHECKED("unchecked-engine"),
  COMMONS("commons-pool2"),
  COMMONS_PING("commons-pool2-ping"),
  ASYNC("lettuce-async"),
  JEDIS("jedis-holdfast"),
  JEDIS_POOL("jedis-pool"),
  JEDIS_POOL_PING("jedis-pool-ping");

  private final String label;

  PooledClient(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /** Holdfast's pool for the same client. */
  PooledClient subject() {
    return switch (this) {
      case JEDIS, JEDIS_POOL, JEDIS_POOL_PING -> JEDIS;
      case HOLDFAST, HOLDFAST_OBJECTS, UNCHECKED, COMMONS, COMMONS_PING, ASYNC -> HOLDFAST;
    };
  }

  /** Whether each borrow asks the server first. */
  boolean pings() {
    return this == COMMONS_PING || this == JEDIS_POOL_PING;
  }

  /** With a client of its own, guarded if the pool is Holdfast's, else bare. */
  PooledContender open(int port, int size) throws Exception {
    return switch (this) {
      case HOLDFAST, HOLDFAST_OBJECTS -> open(RedisClients.guarded(port), size);
      case UNCHECKED, COMMONS, COMMONS_PING, ASYNC -> open(RedisClients.bare(port), size);
      case JEDIS -> new PooledContender(() -> {}, JedisPools.holdfast(port, size));
      case JEDIS_POOL -> new PooledContender(() -> {}, JedisPools.jedis(port, size, false));
      case JEDIS_POOL_PING -> new PooledContender(() -> {}, JedisPools.jedis(port, size, true));
    };
  }

  private PooledContender open(RedisClients client, int size) throws Exception {
    try {
      return new PooledContender(client, pool(client, size));
    } catch (Exception e) {
      client.close();
      throw e;
    }
  }

  private RedisPool pool(RedisClients client, int size) throws Exception {
    return switch (this) {
      case HOLDFAST -> RedisPools.holdfast(client.pool(size), size);
      case HOLDFAST_OBJECTS -> RedisPools.holdfastObjects(client.pool(size), size);
      case UNCHECKED -> RedisPools.unchecked(client::connect, size);
      case COMMONS -> RedisPools.commons(client::connect, size);
      case COMMONS_PING -> RedisPools.commonsWithPing(client::connect, size);
      case ASYNC -> RedisPools.async(client::connect, size);
      case JEDIS, JEDIS_POOL, JEDIS_POOL_PING ->
          throw new IllegalStateException(label + " is no pool of Lettuce's");
    };
  }

  /** Whether a caller may have to wait for a connection. */
  boolean waits() {
    return this != ASYNC;
  }
}
