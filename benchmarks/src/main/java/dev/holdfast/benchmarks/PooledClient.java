package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.pool.RedisPool;
import dev.holdfast.benchmarks.pool.RedisPools;

/** Whose pool is measured. */
enum PooledClient {
  HOLDFAST("holdfast"),
  HOLDFAST_OBJECTS("holdfast-objects"),
  UNCHECKED("unchecked-engine"),
  COMMONS("commons-pool2"),
  COMMONS_PING("commons-pool2-ping"),
  ASYNC("lettuce-async");

  private final String label;

  PooledClient(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /** A client of its own, guarded if the pool is Holdfast's, else bare. */
  RedisClients client(int port) {
    return switch (this) {
      case HOLDFAST, HOLDFAST_OBJECTS -> RedisClients.guarded(port);
      case UNCHECKED, COMMONS, COMMONS_PING, ASYNC -> RedisClients.bare(port);
    };
  }

  RedisPool open(RedisClients client, int size) throws Exception {
    return switch (this) {
      case HOLDFAST -> RedisPools.holdfast(client.pool(size), size);
      case HOLDFAST_OBJECTS -> RedisPools.holdfastObjects(client.pool(size), size);
      case UNCHECKED -> RedisPools.unchecked(client::connect, size);
      case COMMONS -> RedisPools.commons(client::connect, size);
      case COMMONS_PING -> RedisPools.commonsWithPing(client::connect, size);
      case ASYNC -> RedisPools.async(client::connect, size);
    };
  }

  /** Whether a caller may have to wait for a connection. */
  boolean waits() {
    return this != ASYNC;
  }
}
