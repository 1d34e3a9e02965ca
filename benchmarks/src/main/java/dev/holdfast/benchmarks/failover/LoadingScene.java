package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;

/** The server restarts, and reads a large data set before it runs anything. */
final class LoadingScene implements Scene {

  private static final String KEYS = "1500000";
  private static final Duration CALL = Duration.ofSeconds(10);

  private final RedisServer redis = withMuchToRead();
  private final RedisSide clients = new RedisSide();

  static RedisServer withMuchToRead() {
    RedisServer redis = RedisServer.builder().arguments("--enable-debug-command", "yes").start();
    redis.command("DEBUG", "POPULATE", KEYS);
    redis.command("SAVE");
    return redis;
  }

  @Override
  public Caller caller(boolean guarded) {
    RedisCommands<String, String> calls =
        clients
            .client(guarded, RedisSide.to(redis.port()).withTimeout(CALL).build())
            .connect()
            .sync();
    return id -> Runs.run(calls, Runs.key(guarded), id);
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return Runs.of(redis, Runs.key(guarded));
  }

  @Override
  public void happens(Runnable done) {
    redis.kill();
    done.run();
    redis.restart();
  }

  @Override
  public void close() throws Exception {
    clients.close();
    redis.close();
  }
}
