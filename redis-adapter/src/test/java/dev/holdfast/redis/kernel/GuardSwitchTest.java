package dev.holdfast.redis.kernel;

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
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void mustFailEveryTestWithTheGuardOff() {
    List<String> failures =
        GuardSwitch.failuresWithGuardOff(
            AcknowledgedThenLostTest.class,
            BalancedDialTest.class,
            BusyPathLossTest.class,
            IdlePathLossTest.class,
            IncidentIdleResetTest.class,
            LostDialTest.class,
            LostReplyTest.class,
            PooledIdleLossTest.class,
            ServerClosesAtReuseTest.class,
            ServerRestartTest.class,
            ShortOutageTest.class,
            ShutWindowTest.class,
            SlowServerTest.class,
            SourcePortsTest.class);
    failures.forEach(line -> Figures.print("guard off", "%s", line));
    assertThat(failures).hasSizeGreaterThanOrEqualTo(27);
  }
}
