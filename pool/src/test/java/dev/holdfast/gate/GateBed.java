package dev.holdfast.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.ManualClock;
import dev.holdfast.path.PortBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;

/** A gate on a manual clock, and what a caller does with its answers. */
final class GateBed {

  static final SocketAddress SERVER = new InetSocketAddress("192.0.2.1", 6379);

  final ManualClock clock = new ManualClock();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final EndpointGates gates;

  private GateBed(PortBudget budget) {
    gates =
        EndpointGates.custom()
            .budget(budget)
            .clock(clock)
            .random(() -> 0.5)
            .meters(meters, "bed")
            .build();
  }

  static GateBed withPorts(int ports) {
    return new GateBed(new PortBudget(ports, 1, Duration.ofMinutes(1)));
  }

  Admission ask(Duration timeout) {
    return gates.admit(SERVER, timeout.toNanos());
  }

  Admission ask() {
    return ask(Duration.ofSeconds(3));
  }

  Permit dial() {
    return go(ask());
  }

  Permit connect() {
    Permit permit = dial();
    permit.connected();
    return permit;
  }

  void connectAndCloseHere() {
    connect().closed(Closer.LOCAL);
  }

  void fail(Throwable cause) {
    dial().failed(cause);
  }

  StormState storm() {
    return state().storm();
  }

  PortUse ports() {
    return state().ports();
  }

  EndpointState state() {
    return Objects.requireNonNull(gates.states().get(SERVER));
  }

  /** Lets time pass as the answers say, until the line is through or refused. */
  Admission await(Admission admission) {
    Admission answer = admission;
    for (int i = 0; answer instanceof Admission.Wait wait; i++) {
      assertThat(i).as("asked again without end").isLessThan(10_000);
      clock.passNanos(wait.nanos());
      answer = wait.turn().again();
    }
    return answer;
  }

  static Permit go(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Go.class);
    return ((Admission.Go) admission).permit();
  }

  static Admission.Wait waiting(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Wait.class);
    return (Admission.Wait) admission;
  }

  static Admission.Refused refused(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Refused.class);
    return (Admission.Refused) admission;
  }
}
