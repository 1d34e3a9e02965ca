package dev.holdfast.internal.usage;

import dev.holdfast.gate.Closer;
import dev.holdfast.path.PortBudget;
import dev.holdfast.usage.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sees that an endpoint declared {@link Usage#LONG_LIVED} behaves as if it were short-lived: over
 * sliding windows of 10 s and 60 s it counts opens, closes, the age at close and who closed. Memory
 * is bounded: 60 rows of counts and {@value #MOST_SITES} call sites. Thread-safe.
 *
 * <p>It is churn when connections are opened and closed
 *
 * <ul>
 *   <li>over 60 s more than twice the pool's size a minute: a failover opens every connection once,
 *       so only more than that says that they do not last; or
 *   <li>over 10 s at more than a quarter of the port budget: half of what rule R8 leaves to a storm
 *       of reconnects.
 * </ul>
 *
 * <p>Closes count as well as opens: a pool that only grows does not churn.
 */
public final class ChurnDetector {

  static final int MOST_SITES = 16;

  private static final int SAMPLE = 16;
  private static final int POOL_TURNS = 2;
  private static final int LEAST_TURNED = 10;
  private static final int SHORT_SECONDS = 10;
  private static final double BUDGET_SHARE = 0.25;

  private final int poolSize;
  private final double budgetPerSecond;
  private final LongSupplier clock;
  private final Supplier<String> callSite;
  private final SecondsWindow window;
  private final ClosingSites sites = new ClosingSites(MOST_SITES);

  private long localCloses;
  private long agedAt;

  /**
   * Watches one endpoint.
   *
   * @param poolSize connections the pool keeps at most, at least 1
   * @param budget source ports towards the endpoint
   * @param clock nanoseconds, as {@link System#nanoTime}
   * @throws IllegalArgumentException if the pool size is below 1
   */
  public ChurnDetector(int poolSize, PortBudget budget, LongSupplier clock) {
    this(poolSize, budget, clock, CallSite::find);
  }

  ChurnDetector(int poolSize, PortBudget budget, LongSupplier clock, Supplier<String> callSite) {
    if (poolSize < 1) {
      throw new IllegalArgumentException("pool size " + poolSize + " is below 1");
    }
    this.poolSize = poolSize;
    this.budgetPerSecond = budget.connectsPerSecond();
    this.clock = clock;
    this.callSite = callSite;
    this.window = new SecondsWindow(clock.getAsLong());
  }

  /** A connection was opened. */
  public synchronized void opened() {
    advance();
    window.opened();
  }

  /** A connection was opened in vain and is not counted. */
  synchronized void refused() {
    advance();
    window.refused();
  }

  /**
   * A connection was closed. To be called in the stack of who closes, if it can be: of one in
   * {@value #SAMPLE} local closes the call site is kept.
   *
   * @param ageNanos how long it was open
   * @param who who closed it
   */
  public void closed(long ageNanos, Closer who) {
    boolean sample;
    synchronized (this) {
      advance();
      window.closed(ageNanos, who == Closer.LOCAL);
      sample = who == Closer.LOCAL && localCloses++ % SAMPLE == 0;
    }
    if (sample) {
      String site = callSite.get(); // microseconds, so outside the lock
      synchronized (this) {
        if (!site.equals(CallSite.UNKNOWN)) {
          sites.add(site);
        }
      }
    }
  }

  /**
   * A caller closed what was lent to it, and it was given back instead. Counts as a connection
   * opened for this caller and closed by it, as it would have been without the loan.
   *
   * @param heldNanos how long it was lent
   * @param site where it was closed, from {@link CallSite#find()}
   */
  public synchronized void returned(long heldNanos, String site) {
    advance();
    window.opened();
    window.closed(heldNanos, true);
    window.returned();
    sites.add(site);
  }

  /**
   * What the windows say now.
   *
   * @return churn, or empty
   */
  public synchronized Optional<Churn> verdict() {
    advance();
    double turned = Math.max(LEAST_TURNED, (double) POOL_TURNS * poolSize);
    return over(SHORT_SECONDS, BUDGET_SHARE * budgetPerSecond)
        .or(() -> over(SecondsWindow.SECONDS, turned / SecondsWindow.SECONDS));
  }

  private Optional<Churn> over(int seconds, double limitPerSecond) {
    SecondsWindow.Totals totals = window.last(seconds);
    if (Math.min(totals.opens(), totals.closes()) <= limitPerSecond * seconds) {
      return Optional.empty();
    }
    return Optional.of(
        new Churn(
            (double) totals.opens() / seconds,
            (double) totals.closes() / seconds,
            Duration.ofNanos(totals.medianAgeNanos()),
            (double) totals.local() / totals.closes(),
            (double) totals.returned() / totals.closes(),
            sites.mostOften(),
            Duration.ofSeconds(seconds),
            limitPerSecond));
  }

  private void advance() {
    long second = window.advance(clock.getAsLong());
    while (second - agedAt >= SecondsWindow.SECONDS) {
      boolean any = sites.age();
      agedAt = any ? agedAt + SecondsWindow.SECONDS : second;
    }
  }
}
