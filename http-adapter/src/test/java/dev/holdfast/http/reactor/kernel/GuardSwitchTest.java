package dev.holdfast.http.reactor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.GuardOffRerun;
import dev.holdfast.lab.kernel.GuardSwitch;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * With the guard off every test of this package fails: each of them shows the guard at work. Runs
 * where the lab is required, for it waits for many deadlines.
 */
@GuardOffRerun
final class GuardSwitchTest {

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void mustFailEveryTestWithTheGuardOff() {
    List<String> failures = GuardSwitch.failuresWithGuardOff(PathLossTest.class);
    failures.forEach(line -> KernelBed.print("guard off", line));
    assertThat(failures).hasSizeGreaterThanOrEqualTo(6);
  }
}
