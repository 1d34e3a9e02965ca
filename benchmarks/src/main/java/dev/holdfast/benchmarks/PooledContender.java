package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.pool.RedisPool;

/** A pool that is full, and the client it belongs to. */
final class PooledContender implements AutoCloseable {
  private final RedisClients client;
  private final RedisPool pool;

  private PooledContender(RedisClients client, RedisPool pool) {
    this.client = client;
    this.pool = pool;
  }

  static PooledContender open(PooledClient kind, int port, int size) throws Exception {
    RedisClients client = kind.client(port);
    try {
      return new PooledContender(client, kind.open(client, size));
    } catch (Exception e) {
      client.close();
      throw e;
    }
  }

  /**
   * GETs, each over a connection borrowed for it.
   *
   * @param latencies get how long each took, borrow and return included
   */
  Load gets(Latencies latencies) {
    return goesOn -> {
      long done = 0;
      while (goesOn.getAsBoolean()) {
        long began = System.nanoTime();
        String value = pool.get(RedisCase.KEY);
        latencies.add(System.nanoTime() - began);
        RedisCase.require(value);
        done++;
      }
      return done;
    };
  }

  @Override
  public void close() throws InterruptedException {
    pool.close();
    client.close();
  }
}
