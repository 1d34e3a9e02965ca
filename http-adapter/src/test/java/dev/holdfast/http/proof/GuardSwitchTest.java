package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.GuardOffRerun;
import dev.holdfast.lab.kernel.GuardSwitch;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With the guard off every kernel test of this package fails, for either client. */
@GuardOffRerun
final class GuardSwitchTest {

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void mustFailEveryTestWithTheGuardOff() {
    List<String> failures =
        GuardSwitch.failuresWithGuardOff(
            IdlePathLossTest.class,
            InFlightLossTest.class,
            ServerClosesAtReuseTest.class,
            SlowServerTest.class);
    failures.forEach(line -> System.out.println("[http] guard off: " + line));
    assertThat(failures).hasSize(18);
  }
}
