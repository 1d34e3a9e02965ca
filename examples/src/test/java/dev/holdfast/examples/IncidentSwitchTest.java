package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.GuardOffRerun;
import dev.holdfast.lab.kernel.GuardSwitch;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With the guard off no incident is survived. Runs where the lab is required. */
@GuardOffRerun
final class IncidentSwitchTest {

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void mustFailEveryIncidentWithTheGuardOff() {
    List<String> failures = GuardSwitch.failuresWithGuardOff(IncidentsTest.class);
    failures.forEach(line -> System.out.println("[kernel-lab] guard off, " + line));
    assertThat(failures).hasSize(Incidents.all().size());
  }
}
