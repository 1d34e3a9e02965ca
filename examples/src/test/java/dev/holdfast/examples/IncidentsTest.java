package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each incident is real for the bare client, and the guarded one survives it on the same network.
 */
@KernelLab(servers = 2)
final class IncidentsTest {

  static Stream<Named<Incident>> incidents() {
    return Incidents.all().stream().map(incident -> Named.of(incident.name(), incident));
  }

  @ParameterizedTest
  @MethodSource("incidents")
  void mustSurvive(Incident incident, Network network) throws InterruptedException {
    Replay replay = Replay.on(network, incident);
    replay.evidence().forEach(line -> print(incident, line));
    replay.scores().forEach(score -> print(incident, score.toString()));
    assertThat(replay.score("bare").errors()).isPositive();
    assertThat(replay.score("guarded"))
        .matches(incident.promise()::keptBy, incident.promise().toString());
  }

  private static void print(Incident incident, String line) {
    System.out.printf("[kernel-lab] %s: %s%n", incident.name(), line);
  }
}
