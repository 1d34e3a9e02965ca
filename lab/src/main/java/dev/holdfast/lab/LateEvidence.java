package dev.holdfast.lab;

import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * With {@code -Dholdfast.late.evidence=300} all that guards say from the thread that reads the
 * host's counters comes up to so many milliseconds late, as on a machine that is busy elsewhere: a
 * test that reads before it was said fails each time, and not once in a hundred. Without the
 * property nothing is done. Tests that count that thread, or what is said at the end of a JVM, fail
 * with it.
 */
public final class LateEvidence implements TestExecutionListener {

  private static final String MILLIS = "holdfast.late.evidence";

  /** The engine's, where it is on the class path. */
  private static final String EVIDENCE = "dev.holdfast.internal.report.Evidence";

  /** For the launcher. */
  public LateEvidence() {}

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    long late = TimeUnit.MILLISECONDS.toNanos(Long.getLong(MILLIS, 0));
    if (late > 0) {
      occupy(late);
    }
  }

  private static void occupy(long nanos) {
    try {
      Method method = Class.forName(EVIDENCE).getDeclaredMethod("executor");
      method.setAccessible(true);
      if (method.invoke(null) instanceof Executor executor) {
        new Occupation(executor, nanos).run();
      }
    } catch (ClassNotFoundException withoutEngine) {
      // then nobody has evidence
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException(EVIDENCE + " is not what it was", changed);
    }
  }

  /** Between any two steps of the thread it sleeps. */
  private record Occupation(Executor executor, long nanos) implements Runnable {
    @Override
    public void run() {
      executor.execute(
          () -> {
            LockSupport.parkNanos(nanos);
            run();
          });
    }
  }
}
