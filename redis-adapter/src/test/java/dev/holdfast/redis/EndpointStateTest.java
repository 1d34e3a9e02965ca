package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.retry.ReplayRetry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EndpointStateTest {

  private final EndpointState endpoint = new EndpointState(ReplayRetry.of("test", 3, false), false);

  private GuardedChannel channel() {
    return EmbeddedGuard.channel(endpoint, 1);
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
