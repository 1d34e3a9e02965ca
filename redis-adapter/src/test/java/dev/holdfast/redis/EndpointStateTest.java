package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.connect.ConnectGate;
import dev.holdfast.connect.RedialSettings;
import dev.holdfast.diagnosis.Answer;
import dev.holdfast.diagnosis.LearnerSettings;
import dev.holdfast.report.DiagnosisReporter;
import dev.holdfast.report.GuardMeters;
import dev.holdfast.retry.ReplayRetry;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class EndpointStateTest {

  private final EndpointState endpoint = new EndpointState(ReplayRetry.of("test", 3, false), false);

  private GuardedChannel channel() {
    GuardSettings settings =
        new GuardSettings(
            "test",
            RedisBed.direct(),
            Duration.ofSeconds(1),
            1,
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

  @Test
  void mustLetOneChannelAtATimeCarryTheConnection() {
    GuardedChannel first = channel();
    GuardedChannel second = channel();
    assertThat(endpoint.adopt(first)).isTrue();
    assertThat(endpoint.adopt(second)).isFalse();
    endpoint.release(second);
    assertThat(endpoint.adopt(second)).isFalse();
    endpoint.release(first);
    assertThat(endpoint.adopt(second)).isTrue();
  }

  @Test
  void mustTellOnceWhetherTheNextConnectionWorks() {
    List<Answer> told = new ArrayList<>();
    endpoint.tellOfNextConnection(told::add);
    endpoint.attemptFailed();
    endpoint.adopt(channel());
    assertThat(told).containsExactly(Answer.NO);
    endpoint.tellOfNextConnection(told::add);
    assertThat(told).as("nothing was tried since").hasSize(1);
  }
}
