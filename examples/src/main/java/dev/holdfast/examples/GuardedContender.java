package dev.holdfast.examples;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Lettuce with Holdfast's guard, told the middlebox's idle limit and nothing else. */
final class GuardedContender implements Contender {
  @Override
  public String mode() {
    return "guarded";
  }

  @Override
  public Session open(Scenario scenario, int port) {
    ConnectionPlan plan = path(scenario).plan();
    LettuceGuard guard = LettuceGuard.custom(plan).name(scenario.name()).build();
    Map<String, Long> diagnoses = new ConcurrentHashMap<>();
    guard.onSwap(swap -> diagnoses.merge(swap.cause().name(), 1L, Long::sum));

    ClientResources resources = guard.install(ClientResources.create());
    RedisClient client = RedisClient.create(resources, Contender.uri(port));
    client.setOptions(guard.options(ClientOptions.create()));
    return new ClientSession(
        client.connect(), diagnoses, plan.maxIdleAge(), () -> shutDown(client, resources));
  }

  private static void shutDown(RedisClient client, ClientResources resources) {
    client.shutdown(Duration.ZERO, COMMAND_TIMEOUT);
    resources
        .shutdown(0, COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static NetworkPath path(Scenario scenario) {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
        .through(
            Hop.named("middlebox")
                .idleLimit(scenario.idleLimit())
                .clock(IdleClock.PAYLOAD)
                .expiry(Expiry.SILENT)
                .terminates(true)
                .build());
  }
}
