package dev.holdfast.lab.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** What becomes of tests that pass and fail, with the guard on and off. */
final class GuardSwitchTest {

  @ExtendWith(GuardOffExtension.class)
  static final class Inner {
    @Test
    void passes() {}

    @Test
    void fails() {
      fail("as it must");
    }

    @Test
    void failsBecauseOfTheLab() {
      Shell.run(List.of(), "exit 1");
    }
  }

  private static List<String> failed() {
    var summary = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Inner.class)).build();
    LauncherFactory.create().execute(request, summary);
    assertThat(summary.getSummary().getTestsStartedCount()).isEqualTo(3);
    return summary.getSummary().getFailures().stream()
        .map(Failure::getTestIdentifier)
        .map(test -> test.getDisplayName())
        .toList();
  }

  @Test
  void mustTakeFailuresForSuccessesOnlyWithTheGuardOff() {
    String before = System.getProperty("holdfast.lab.guard", "on");
    try {
      System.setProperty("holdfast.lab.guard", "off");
      assertThat(failed()).containsExactlyInAnyOrder("passes()", "failsBecauseOfTheLab()");
      System.setProperty("holdfast.lab.guard", "on");
      assertThat(failed()).containsExactlyInAnyOrder("fails()", "failsBecauseOfTheLab()");
    } finally {
      System.setProperty("holdfast.lab.guard", before);
    }
  }
}
