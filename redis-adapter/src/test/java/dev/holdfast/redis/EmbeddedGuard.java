package dev.holdfast.redis;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.GuardMeters;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A guarded channel without a network. */
final class EmbeddedGuard {

  private EmbeddedGuard() {}

  static GuardedChannel channel(EndpointState endpoint, int heldLimit) {
    GuardSettings settings =
        new GuardSettings(
            "test",
            RedisBed.direct(),
            Duration.ofSeconds(1),
            heldLimit,
            Duration.ZERO,
            null,
            null,
            false,
            false,
            null,
            RedialSettings.ofDefaults(),
            LearnerSettings.DEFAULT,
            ConnectGate.open(),
            false);
    MeterRegistry registry = new SimpleMeterRegistry();
    ClientResources resources = ClientResources.create();
    try {
      ClientOptions options = ClientOptions.create();
      return new GuardedChannel(
          new EmbeddedChannel(),
          new CommandHandler(options, resources, new DefaultEndpoint(options, resources)),
          endpoint,
          settings,
          new GuardMeters(registry, "test"),
          new ChannelDeaths(settings, registry, new DiagnosisReporter(registry)));
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS);
    }
  }
}
