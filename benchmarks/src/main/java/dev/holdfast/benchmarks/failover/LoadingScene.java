package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;

/** The server restarts, and reads a large data set before it runs anything. */
final class LoadingScene implements Scene {

  private static final String KEYS = "1500000";
  private static final Duration CALL = Duration.ofSeconds(10);

  private final RedisServer redis =
      RedisServer.builder().arguments("--enable-debug-command", "yes").start();
  private final RedisSide clients = new RedisSide();

  LoadingScene() {
    redis.command("DEBUG", "POPULATE", KEYS);
    redis.command("SAVE");
  }

  @Override
  public Caller caller(boolean guarded) {
    RedisCommands<String, String> calls =
        clients
            .client(guarded, RedisSide.to(redis.port()).withTimeout(CALL).build())
            .connect()
            .sync();
    return () -> calls.incr(guarded ? "guarded" : "bare") > 0;
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
