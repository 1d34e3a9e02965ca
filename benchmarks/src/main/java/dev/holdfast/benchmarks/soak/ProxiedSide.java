package dev.holdfast.benchmarks.soak;

import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.report.DiagnosisEvent;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Lettuce behind {@link HaProxy}: one shared connection of a client of its own. */
final class ProxiedSide implements AutoCloseable {

  private final ClientResources resources;
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> shared;

  private ProxiedSide(ClientResources resources, RedisClient client) {
    this.resources = resources;
    this.client = client;
    this.shared = client.connect();
  }

  static ProxiedSide bare(String address) {
    ClientResources resources = RedisSide.resources();
    RedisClient client = RedisClient.create(resources, RedisSide.uri(address, HaProxy.PORT));
    client.setOptions(RedisSide.options(RedisSide.tunedSocket()));
    return new ProxiedSide(resources, client);
  }

  static ProxiedSide guarded(String address, Consumer<DiagnosisEvent> diagnoses) {
    Hop proxy =
        Hop.named("haproxy")
            .idleLimit(Duration.ofHours(1))
            .clock(IdleClock.PAYLOAD)
            .expiry(Expiry.FIN)
            .terminates(true)
            .build();
    LettuceGuard guard =
        LettuceGuard.custom(
                NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
                    .through(proxy)
                    .plan())
            .name("proxied")
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    guard.onDiagnosis(diagnoses);
    ClientResources resources = guard.install(RedisSide.resources());
    RedisClient client = RedisClient.create(resources, RedisSide.uri(address, HaProxy.PORT));
    client.setOptions(guard.options(RedisSide.options(RedisSide.plainSocket())));
    return new ProxiedSide(resources, client);
  }

  StatefulRedisConnection<String, String> shared() {
    return shared;
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
