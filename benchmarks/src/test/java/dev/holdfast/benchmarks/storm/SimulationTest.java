package dev.holdfast.benchmarks.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.StormPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The storm of the benchmark with a fiftieth of its clients and of its balancer. */
final class SimulationTest {

  private static Storm storm(int acceptPerSecond) {
    return new Storm(200, 50, Duration.ofSeconds(5), acceptPerSecond, 82, 20_240_229);
  }

  @ParameterizedTest
  @CsvSource({"100", "400", "2000"})
  void mustComeBackWithALowerPeakThanImmediateAndNoLaterThanBackOff(int acceptPerSecond) {
    Storm storm = storm(acceptPerSecond);
    Outcome gate = run(storm, Contender.GATE);
    for (Contender other : List.of(Contender.IMMEDIATE, Contender.EXPONENTIAL, Contender.JITTER)) {
      Outcome outcome = run(storm, other);
      assertThat(gate.peakSyns()).as("%s", other).isLessThan(outcome.peakSyns() / 3);
      assertThat(gate.peakDials()).as("%s", other).isLessThan(outcome.peakDials() / 3);
      assertThat(gate.dials()).as("%s", other).isLessThan(outcome.dials());
      assertThat(gate.recoveredSeconds())
          .as("%s", other)
          .isLessThanOrEqualTo(outcome.recoveredSeconds());
    }
    assertThat(gate.recoveredSeconds()).isGreaterThanOrEqualTo(storm.idealSeconds());
  }

  @Test
  void mustHaveTheSameOutcomeForTheSameSeed() {
    assertThat(run(storm(400), Contender.GATE)).isEqualTo(run(storm(400), Contender.GATE));
  }

  @Test
  void mustRecoverEveryoneWhereNothingIsScarce() {
    Storm easy = new Storm(20, 5, Duration.ZERO, 1_000_000, 1_000_000, 1);
    for (Contender contender : Contender.values()) {
      assertThat(run(easy, contender).dials()).as(contender.label()).isEqualTo(100);
    }
  }

  private static Outcome run(Storm storm, Contender contender) {
    return Simulation.run(storm, contender, StormPolicy.ofDefaults());
  }
}
