package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.StormState;
import dev.holdfast.guard.GuardHealth.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GuardHealthTest {

  private static final Endpoint WELL = new Endpoint("a:1", StormState.REFILLING);
  private static final Endpoint DOWN = new Endpoint("b:1", StormState.PROBING);

  @Test
  void mustNameTheEndpointThatIsDown() {
    GuardHealth health = new GuardHealth(true, List.of(WELL, DOWN));
    assertThat(health.firstDown()).contains(DOWN);
    assertThat(health.well()).isFalse();
    assertThat(new GuardHealth(true, List.of(WELL)).well()).isTrue();
  }

  @Test
  void mustNotBeWellHalfInstalled() {
    assertThat(new GuardHealth(false, List.of(WELL)).well()).isFalse();
  }

  @Test
  void mustTakeAGateThatTellsNothing() {
    assertThat(GuardHealth.of(true, ConnectGate.open()).endpoints()).isEmpty();
  }
}
