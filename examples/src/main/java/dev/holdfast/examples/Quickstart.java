package dev.holdfast.examples;

import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;

/** The README's first steps; a test compares the two, line by line. */
final class Quickstart {

  private Quickstart() {}

  static RedisClient connect(String uri) {
    // readme
    NetworkPath path =
        NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
            .through(HopPreset.AWS_NLB.hop());

    LettuceGuard guard = LettuceGuard.create(path.plan());
    RedisClient client = RedisClient.create(guard.install(ClientResources.create()), uri);
    client.setOptions(guard.options(ClientOptions.create()));
    // end
    return client;
  }
}
