package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long one address keeps idle connections, as far as was seen, and what follows for those that
 * lead there. It closes none: a connection past a learned age is proved, or nothing could ever
 * disprove the limit. Thread-safe; what is asked for every call reads one field.
 */
public final class IdleLimit {

  /** What ends a connection because it was idle, or may have. */
  private static final Set<Explanation> CLOSED =
      EnumSet.of(
          Explanation.SERVER_IDLE_TIMEOUT,
          Explanation.SERVER_CLOSED,
          Explanation.FIN_LOST,
          Explanation.FLOW_FORGOTTEN_RESET);

  /** Causes met by the first use only; a keepalive would end at the same age on any dead path. */
  private static final Set<Cause> UNANSWERED =
      EnumSet.of(Cause.PATH_SILENT, Cause.PING_UNANSWERED, Cause.REPLY_OVERDUE);

  private static final long NEVER = Long.MAX_VALUE;

  /** What has ended counts half after a day: in a minute nothing changes of itself. */
  private static final long FRESH_NANOS = Duration.ofMinutes(1).toNanos();

  private final ConnectionPlan plan;
  private final long plannedNanos;
  private final LearnerSettings settings;
  private final IdleLimitLearner learner;
  private final Runnable onLearned;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong opened = new AtomicLong();

  /** As of the last connect, end, reuse past it or ping; until then old evidence still counts. */
  private volatile Optional<Duration> learned = Optional.empty();

  private volatile long safeNanos = NEVER;
  private volatile long refreshedNanos;
  private volatile Duration advertised = Duration.ZERO;

  /**
   * Nothing learned yet.
   *
   * @param plan of the path
   * @param settings how it learns
   * @param onLearned runs when there is a learned limit and was none; must be quick
   */
  public IdleLimit(ConnectionPlan plan, LearnerSettings settings, Runnable onLearned) {
    this.plan = plan;
    this.plannedNanos = plan.maxIdleAge().map(Duration::toNanos).orElse(NEVER);
    this.settings = settings;
    this.learner = new IdleLimitLearner(plan.path(), plan.maxIdleAge(), settings.nanoClock());
    this.onLearned = onLearned;
  }

  /**
   * A connection is up.
   *
   * @return its part in this
   */
  public IdleWitness opened() {
    open.incrementAndGet();
    if (safeNanos != NEVER) {
      refresh();
    }
    return new IdleWitness(this, opened.incrementAndGet());
  }

  /**
   * The server announced how long it keeps an idle connection. For the {@linkplain #bound() bound}
   * that is shown; whoever heard it keeps to it.
   *
   * @param timeout the announcement; the same one again costs nothing
   */
  public void advertised(Duration timeout) {
    if (!timeout.equals(advertised)) {
      advertised = timeout;
      learner.advertised(timeout);
    }
  }

  void closed() {
    open.decrementAndGet();
  }

  /**
   * Whether a connection to the address is open.
   *
   * @return as of now
   */
  public boolean inUse() {
    return open.get() > 0;
  }

  Optional<Runnable> ended(Duration age, Cause cause, Diagnosis diagnosis) {
    int connections = Math.max(0, open.get()) + 1;
    if (!Collections.disjoint(diagnosis.explanations(), CLOSED)) {
      learner.closed(age, connections);
      refresh();
    } else if (UNANSWERED.contains(cause)
        && diagnosis.explanations().contains(Explanation.FLOW_FORGOTTEN_SILENT)) {
      return Optional.of(
          () -> {
            learner.silent(age, connections, true);
            refresh();
          });
    }
    return Optional.empty();
  }

  void reused(Duration age, long connection) {
    if (learned.isPresent() && age.compareTo(learned.get()) > 0) {
      learner.reused(age, connection);
      refresh();
    }
  }

  private void refresh() {
    refreshedNanos = settings.nanoClock().getAsLong();
    boolean knewOne = learned.isPresent();
    Optional<Duration> known = learner.learned();
    learned = known;
    safeNanos = known.map(limit -> plan.path().safeAge(limit).toNanos()).orElse(NEVER);
    if (!knewOne && known.isPresent()) {
      onLearned.run();
    }
  }

  /**
   * Whether a connection has been idle for so long that it is past the learned limit, less its
   * margin.
   *
   * @param idleNanos how long
   * @return true if it has to be proved before use, whatever for
   */
  public boolean isPast(long idleNanos) {
    return idleNanos >= safeNanos;
  }

  /**
   * The idle age from which a connection is not used as it is: the plan's or the learned one.
   *
   * @return nanoseconds; {@link Long#MAX_VALUE} if there is neither
   */
  public long inForceNanos() {
    return Math.min(plannedNanos, safeNanos);
  }

  /**
   * The period of pings: the plan's, or a shorter one that the learned limit asks for.
   *
   * @param u a random number, at least 0 and below 1, that shortens it
   * @return the period; empty if there are to be none
   */
  public Optional<Duration> pingPeriod(double u) {
    Optional<Duration> planned = plan.pingPeriod(u);
    if (learned.isEmpty() || !plan.pingAllowed()) {
      return planned;
    }
    if (settings.nanoClock().getAsLong() - refreshedNanos >= FRESH_NANOS) {
      refresh();
    }
    Optional<Duration> wanted = learned.flatMap(limit -> periodBelow(limit, u));
    return wanted.isPresent() && planned.filter(p -> p.compareTo(wanted.get()) <= 0).isEmpty()
        ? wanted
        : planned;
  }

  private Optional<Duration> periodBelow(Duration limit, double u) {
    Duration period = plan.path().safePeriod(limit);
    return period.compareTo(settings.shortestPing()) < 0
        ? Optional.empty()
        : Optional.of(Duration.ofNanos((long) (period.toNanos() * (1 - plan.jitter() * u))));
  }

  /**
   * What was learned.
   *
   * @return the lowest age at which connections end, without any margin; empty if nothing
   */
  public Optional<Duration> learned() {
    return learned;
  }

  /**
   * The bound in force.
   *
   * @return the least of the configured, the advertised and the learned age, margins taken off
   */
  public IdleBound bound() {
    return learner.bound();
  }
}
