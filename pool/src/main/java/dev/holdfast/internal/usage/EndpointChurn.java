package dev.holdfast.internal.usage;

import dev.holdfast.gate.Closer;
import dev.holdfast.path.PortBudget;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes of one endpoint, judged at most once a second and only after something was
 * closed or given back. Thread-safe.
 */
public final class EndpointChurn {

  private static final long SECONDS_BETWEEN = 1;

  private final @Nullable ChurnDetector detector;
  private final Consumer<Churn> verdicts;
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicInteger open = new AtomicInteger();

  private EndpointChurn(@Nullable ChurnDetector detector, Consumer<Churn> verdicts) {
    this.detector = detector;
    this.verdicts = verdicts;
  }

  /**
   * An endpoint whose churn is told.
   *
   * @param poolSize of the client's pool, from 1
   * @param budget what the path leaves of local ports
   * @param verdicts hears of churn, on the thread that judges
   * @return without a connection yet
   */
  public static EndpointChurn watched(int poolSize, PortBudget budget, Consumer<Churn> verdicts) {
    return new EndpointChurn(new ChurnDetector(poolSize, budget, System::nanoTime), verdicts);
  }

  /**
   * An endpoint whose churn concerns nobody.
   *
   * @return counts nothing
   */
  public static EndpointChurn unwatched() {
    return new EndpointChurn(null, unheard -> {});
  }

  /** A connection is up. */
  public void opened() {
    open.incrementAndGet();
    if (detector != null) {
      detector.opened();
    }
  }

  /**
   * A connection ended. To be called in the stack of who closes, if it can be: of some the call
   * site is kept.
   *
   * @param ageNanos how long it was up
   * @param who who closed it
   * @param judge runs the judgement; one that is shut down judges nothing
   */
  public void closed(long ageNanos, Closer who, ScheduledExecutorService judge) {
    open.decrementAndGet();
    if (detector != null) {
      detector.closed(ageNanos, who);
      judgeSoon(judge);
    }
  }

  /** A connection ended before it was of use to anybody: whoever closed it, it is no churn. */
  public void refused() {
    open.decrementAndGet();
    if (detector != null) {
      detector.refused();
    }
  }

  /**
   * Whether a connection to it is open.
   *
   * @return as of now
   */
  public boolean inUse() {
    return open.get() > 0;
  }

  /**
   * A caller gave a connection back that others keep, as if it had closed one of its own.
   *
   * @param heldNanos how long it had it
   * @param site its call site
   * @param judge runs the judgement; one that is shut down judges nothing
   */
  public void returned(long heldNanos, String site, ScheduledExecutorService judge) {
    if (detector != null) {
      detector.returned(heldNanos, site);
      judgeSoon(judge);
    }
  }

  private void judgeSoon(ScheduledExecutorService judge) {
    if (due.get() || !due.compareAndSet(false, true)) {
      return;
    }
    try {
      judge.schedule(this::judge, SECONDS_BETWEEN, TimeUnit.SECONDS);
    } catch (RejectedExecutionException shutDown) {
      due.set(false); // another may live
    }
  }

  private void judge() {
    due.set(false); // first, so that a close during the judgement is judged too
    if (detector != null) {
      detector.verdict().ifPresent(verdicts);
    }
  }
}
