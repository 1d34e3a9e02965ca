package dev.holdfast.benchmarks;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A way to GET one value over a shared connection. */
enum RedisCase {
  /** Each thread waits for each answer. */
  SYNC("redis-sync-get") {
    @Override
    Load on(StatefulRedisConnection<String, String> connection) {
      RedisCommands<String, String> redis = connection.sync();
      return goesOn -> {
        long done = 0;
        while (goesOn.getAsBoolean()) {
          require(redis.get(KEY));
          done++;
        }
        return done;
      };
    }
  },

  /** Each thread issues {@link #BATCH} calls, then waits for all answers. */
  ASYNC("redis-async-get") {
    @Override
    Load on(StatefulRedisConnection<String, String> connection) {
      RedisAsyncCommands<String, String> redis = connection.async();
      return goesOn -> {
        RedisFuture<?>[] calls = new RedisFuture<?>[BATCH];
        long done = 0;
        while (goesOn.getAsBoolean()) {
          for (int i = 0; i < BATCH; i++) {
            calls[i] = redis.get(KEY);
          }
          done += await(calls);
        }
        return done;
      };
    }
  },

  /** As {@link #ASYNC}, with automatic flush off and one flush for each batch. One thread only. */
  BATCH_FLUSH("redis-batch-get") {
    @Override
    Load on(StatefulRedisConnection<String, String> connection) {
      RedisAsyncCommands<String, String> redis = connection.async();
      return goesOn -> {
        RedisFuture<?>[] calls = new RedisFuture<?>[BATCH];
        long done = 0;
        connection.setAutoFlushCommands(false);
        try {
          while (goesOn.getAsBoolean()) {
            for (int i = 0; i < BATCH; i++) {
              calls[i] = redis.get(KEY);
            }
            connection.flushCommands();
            done += await(calls);
          }
        } finally {
          connection.setAutoFlushCommands(true);
        }
        return done;
      };
    }
  };

  static final String KEY = "holdfast:benchmark";
  static final String VALUE = "sixteen-bytes-ok";

  private static final int BATCH = 200;
  private static final int PATIENCE_SECONDS = 20;

  private final String label;

  RedisCase(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract Load on(StatefulRedisConnection<String, String> connection);

  private static long await(RedisFuture<?>[] calls) throws Exception {
    for (RedisFuture<?> call : calls) {
      require(call.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
    return calls.length;
  }

  static void require(@Nullable Object value) {
    if (!VALUE.equals(value)) {
      throw new IllegalStateException("GET " + KEY + " answered " + value);
    }
  }
}
