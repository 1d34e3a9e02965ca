package dev.holdfast.lab.kernel;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/** With the guard off a test succeeds by failing, unless it is the lab that fails. */
final class GuardOffExtension implements TestExecutionExceptionHandler, AfterTestExecutionCallback {

  private static final Namespace NAMESPACE = Namespace.create(GuardOffExtension.class);
  private static final String FAILED = "failed";

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    context.getStore(NAMESPACE).put(FAILED, true);
    if (!GuardSwitch.isOff() || thrown instanceof TestAbortedException || ofTheLab(thrown)) {
      throw thrown;
    }
    String first = String.valueOf(thrown.getMessage()).strip().lines().findFirst().orElse("");
    System.out.printf(
        "[guard off] %s %s: %s %s%n",
        context.getRequiredTestClass().getSimpleName(),
        context.getDisplayName(),
        thrown.getClass().getSimpleName(),
        first);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (GuardSwitch.isOff() && context.getStore(NAMESPACE).get(FAILED) == null) {
      throw new AssertionError(
          "passes with the guard off, so it does not show the guard at work: "
              + context.getDisplayName());
    }
  }

  private static boolean ofTheLab(Throwable thrown) {
    return Stream.iterate(thrown, one -> one != null, Throwable::getCause)
        .flatMap(one -> Stream.of(one.getStackTrace()))
        .anyMatch(frame -> frame.getClassName().equals(Shell.class.getName()));
  }
}
