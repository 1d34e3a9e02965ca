package dev.holdfast.http.apache.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** With the guard off every test of this package fails: each of them shows the guard at work. */
@KernelLab
@EnabledIfEnvironmentVariable(
    named = "HOLDFAST_LAB",
    matches = "required",
    disabledReason = "waits for many deadlines: runs with HOLDFAST_LAB=required")
final class GuardSwitchTest {

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void mustFailEveryTestWithTheGuardOff() {
    List<String> failures =
        GuardSwitch.failuresWithGuardOff(
            BusyPathLossTest.class, IdleFlowTest.class, LostDialTest.class);
    failures.forEach(line -> System.out.println("[kernel-lab] guard off: " + line));
    assertThat(failures).hasSizeGreaterThanOrEqualTo(6);
  }
}
