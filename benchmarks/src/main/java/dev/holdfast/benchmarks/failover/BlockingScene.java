package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;

/** A proxy forgets its flows in silence while callers wait for an element that comes later. */
final class BlockingScene implements Scene {

  private static final Duration CALL = Duration.ofSeconds(10);

  private final RedisServer redis = RedisServer.start();
  private final Middlebox proxy = Middlebox.to(redis.port()).forgetting(Forgetting.SILENCE).start();
  private final RedisSide clients =
      new RedisSide(
          each ->
              LettuceGuard.custom(
                      NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
                          .through(
                              Hop.named("proxy")
                                  .idleLimit(Duration.ofMinutes(5))
                                  .clock(IdleClock.PAYLOAD)
                                  .expiry(Expiry.SILENT)
                                  .terminates(true)
                                  .build())
                          .plan())
                  .meterRegistry(new SimpleMeterRegistry()),
          each -> each);

  @Override
  public Caller caller(boolean guarded) {
    RedisCommands<String, String> calls =
        clients
            .client(guarded, RedisSide.to(proxy.port()).withTimeout(CALL).build())
            .connect()
            .sync();
    return id -> {
      calls.blpop(1, "nothing");
      return true;
    };
  }

  @Override
  public void happens(Runnable done) {
    proxy.forgetAll();
    done.run();
  }

  @Override
  public void close() throws Exception {
    clients.close();
    proxy.close();
    redis.close();
  }
}
