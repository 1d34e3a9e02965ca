package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.holdfast.lab.kernel.KernelLab;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * With the guard off every test of this package fails: each of them shows the guard at work. Runs
 * where the lab is required, for it waits for many deadlines.
 */
@KernelLab
@EnabledIfEnvironmentVariable(
    named = "HOLDFAST_LAB",
    matches = "required",
    disabledReason = "takes a minute and a half: runs with HOLDFAST_LAB=required")
final class GuardSwitchTest {

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void mustFailEveryTestWithTheGuardOff() {
    var summary = new SummaryGeneratingListener();
    var tests =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectClass(AcknowledgedThenLostTest.class),
                selectClass(BusyPathLossTest.class),
                selectClass(IdlePathLossTest.class),
                selectClass(IncidentIdleResetTest.class),
                selectClass(SlowServerTest.class))
            .build();
    String before = System.getProperty(KernelBed.GUARD_SWITCH, "on");
    System.setProperty(KernelBed.GUARD_SWITCH, "off");
    try {
      LauncherFactory.create().execute(tests, summary);
    } finally {
      System.setProperty(KernelBed.GUARD_SWITCH, before);
    }
    assertThat(summary.getSummary().getTestsFoundCount()).isGreaterThanOrEqualTo(10);
    assertThat(summary.getSummary().getFailures())
        .hasSize((int) summary.getSummary().getTestsFoundCount())
        .allSatisfy(GuardSwitchTest::notTheLabItself);
  }

  private static void notTheLabItself(TestExecutionSummary.Failure failure) {
    Throwable thrown = failure.getException();
    String first = String.valueOf(thrown.getMessage()).strip().lines().findFirst().orElse("");
    Figures.print(
        "guard off",
        "%s fails: %s %s",
        failure.getTestIdentifier().getDisplayName(),
        thrown.getClass().getSimpleName(),
        first);
    assertThat(thrown.getStackTrace())
        .noneMatch(frame -> frame.getClassName().equals("dev.holdfast.lab.kernel.Shell"));
  }
}
