package dev.holdfast.lab.kernel;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/**
 * The switch that takes the guard away from tests which show it at work: with {@code
 * -Dholdfast.lab.guard=off} each of them has to fail.
 */
public final class GuardSwitch {

  private static final String PROPERTY = "holdfast.lab.guard";

  private GuardSwitch() {}

  /**
   * Whether guarded clients have to be left bare.
   *
   * @return true with the property set to {@code off}
   */
  public static boolean isOff() {
    return "off".equals(System.getProperty(PROPERTY));
  }

  /**
   * Runs tests with the guard off, in this JVM, one after the other. For a {@link KernelLab} test:
   * no other test may run meanwhile.
   *
   * @param tests their classes
   * @return one line for each failure: the test's name and what it threw
   * @throws AssertionError if a test passes, is not found, or fails because of the lab itself
   */
  public static List<String> failuresWithGuardOff(Class<?>... tests) {
    var summary = new SummaryGeneratingListener();
    var classes = Stream.of(tests).map(test -> selectClass(test)).toList();
    var request = LauncherDiscoveryRequestBuilder.request().selectors(classes).build();
    String before = System.getProperty(PROPERTY, "on");
    System.setProperty(PROPERTY, "off");
    try {
      LauncherFactory.create().execute(request, summary);
    } finally {
      System.setProperty(PROPERTY, before);
    }
    List<Failure> failures = summary.getSummary().getFailures();
    long found = summary.getSummary().getTestsFoundCount();
    if (found < tests.length || failures.size() != found) {
      throw new AssertionError(
          "%d of %d tests in %d classes fail with the guard off"
              .formatted(failures.size(), found, tests.length));
    }
    List<String> lines = new ArrayList<>();
    for (Failure failure : failures) {
      lines.add(line(failure));
    }
    return lines;
  }

  private static String line(Failure failure) {
    Throwable thrown = failure.getException();
    if (Stream.of(thrown.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(Shell.class.getName()))) {
      throw new AssertionError("the lab itself failed", thrown);
    }
    String first = String.valueOf(thrown.getMessage()).strip().lines().findFirst().orElse("");
    return "%s: %s %s"
        .formatted(
            failure.getTestIdentifier().getDisplayName(), thrown.getClass().getSimpleName(), first);
  }
}
