package dev.holdfast.benchmarks.pool;

import org.jspecify.annotations.Nullable;

/** A pool of Lettuce connections under measurement. Thread-safe. */
public interface RedisPool extends AutoCloseable {

  /**
   * Borrows a connection, reads one value over it and gives it back. Waits if it must.
   *
   * @param key which
   * @return its value, null if there is none
   * @throws Exception if none could be borrowed, or the read failed
   */
  @Nullable String get(String key) throws Exception;

  @Override
  void close();
}
