package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Obligations not met yet. Whoever meets one finds its test failing here, and moves the incident to
 * those that are survived.
 */
@KernelLab(servers = 2)
final class KnownShortTest {

  static Stream<Named<Incident>> incidents() {
    return Incidents.knownShort().stream().map(incident -> Named.of(incident.name(), incident));
  }

  @ParameterizedTest
  @MethodSource("incidents")
  void mustMoveToTheSurvivedOnceItIs(Incident incident, Network network)
      throws InterruptedException {
    Replay replay = Replay.on(network, incident);
    assertThat(replay.score("bare").errors()).isPositive();
    assertThat(replay.promiseKept()).isFalse();
  }
}
