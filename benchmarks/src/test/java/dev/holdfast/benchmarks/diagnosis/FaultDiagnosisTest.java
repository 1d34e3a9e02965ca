package dev.holdfast.benchmarks.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The truth of faults that no other kernel test of the guard diagnoses, one run each; {@code
 * benchmarks/run diagnosis} makes many of all.
 */
@KernelLab(servers = 2)
final class FaultDiagnosisTest {

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {
        "WINDOW",
        "FIN_LOST_PLAIN",
        "FIN_LOST_KEEPALIVE",
        "FORGOTTEN_RESET",
        "FORGOTTEN_SILENT_IDLE",
        "DEAD",
        "MANY_DIE",
        "USER_CLOSED"
      })
  void mustBeDiagnosedAsStated(Fault fault, Network network) throws Exception {
    assertThat(fault.inject(network, 1))
        .isNotEmpty()
        .allSatisfy(
            observation ->
                assertThat(observation.correct())
                    .as("%s: %s", fault.label(), observation.text())
                    .isTrue());
  }
}
