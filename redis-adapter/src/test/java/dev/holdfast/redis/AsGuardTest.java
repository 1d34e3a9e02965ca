package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.StormState;
import dev.holdfast.guard.Guard;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What whoever lists guards learns of this one. */
final class AsGuardTest {

  @Test
  void mustTellWhatItIsAndHowItIs() {
    try (RedisServer redis = RedisServer.start();
        LettuceGuard guard =
            LettuceGuard.custom(LettuceGuard.unknownPath().plan())
                .name("cache")
                .meterRegistry(new SimpleMeterRegistry())
                .build()) {
      ClientResources resources = guard.install(ClientResources.create());
      RedisClient client = RedisClient.create(resources, "redis://127.0.0.1:" + redis.port());
      client.setOptions(guard.options(ClientOptions.create()));
      try (var connection = client.connect()) {
        connection.sync().incr("n");
        Guard seen = guard;
        assertThat(seen.name()).isEqualTo("cache");
        assertThat(seen.client()).startsWith("Lettuce ");
        assertThat(seen.health().well()).isTrue();
        assertThat(seen.health().endpoints())
            .singleElement()
            .matches(each -> each.state() == StormState.CALM)
            .matches(each -> each.address().endsWith(":" + redis.port()));
        assertThat(seen.recentDiagnoses()).isEmpty();
      } finally {
        client.shutdown(Duration.ZERO, Duration.ZERO);
        resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      }
      guard.close();
      assertThat(guard.health().installed()).isFalse();
    }
  }

  @Test
  void mustAssumeShortLimitsWhereNothingIsDeclared() {
    try (LettuceGuard guard = LettuceGuard.create()) {
      assertThat(guard.plan().maxIdleAge()).contains(Duration.ofSeconds(216));
      assertThat(guard.plan().pingPeriod().orElseThrow()).isLessThan(Duration.ofSeconds(80));
    }
  }
}
