package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.pool.RedisPool;

/** A pool that is full, and the client it belongs to. */
final class PooledContender implements AutoCloseable {
  private final AutoCloseable client;
  private final RedisPool pool;

  PooledContender(AutoCloseable client, RedisPool pool) {
    this.client = client;
    this.pool = pool;
  }

  /**
   * GETs, each over a connection borrowed for it.
   *
   * @param latencies get how long each took, borrow and return included
   */
  Load gets(Latencies latencies) {
    return goesOn -> {
      long done = 0;
      do { // once, however late a short slice finds this thread
        long began = System.nanoTime();
        String value = pool.get(RedisCase.KEY);
        latencies.add(System.nanoTime() - began);
        RedisCase.require(value);
        done++;
      } while (goesOn.getAsBoolean());
      return done;
    };
  }

  @Override
  public void close() throws Exception {
    pool.close();
    client.close();
  }
}
