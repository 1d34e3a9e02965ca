package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.retry.ReplayRetry;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

final class EndpointStateTest {

  private final EndpointState endpoint = new EndpointState(ReplayRetry.of("test", 3, false), false);

  @Test
  void mustLetOneChannelAtATimeCarryTheConnection() {
    Channel first = new EmbeddedChannel();
    Channel second = new EmbeddedChannel();
    assertThat(endpoint.adopt(first)).isTrue();
    assertThat(endpoint.adopt(second)).isFalse();
    endpoint.release(second);
    assertThat(endpoint.adopt(second)).isFalse();
    endpoint.release(first);
    assertThat(endpoint.adopt(second)).isTrue();
  }
}
