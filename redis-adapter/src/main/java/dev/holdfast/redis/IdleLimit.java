package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.IdleLimitLearner;
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
 * lead there: earlier pings, earlier proofs. It closes none: a connection past a learned age is
 * proved, or nothing could ever disprove the limit. Thread-safe; nothing here runs for every call.
 */
final class IdleLimit {

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

  private final ConnectionPlan plan;
  private final LearnerSettings settings;
  private final IdleLimitLearner learner;
  private final Runnable onLearned;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong opened = new AtomicLong();

  /** As of the last end, reuse past it or ping; until then old evidence is not yet forgotten. */
  private volatile Optional<Duration> learned = Optional.empty();

  /**
   * @param onLearned runs when there is a learned limit and was none
   */
  IdleLimit(ConnectionPlan plan, LearnerSettings settings, Runnable onLearned) {
    this.plan = plan;
    this.settings = settings;
    this.learner = new IdleLimitLearner(plan.path(), plan.maxIdleAge(), settings.nanoClock());
    this.onLearned = onLearned;
  }

  /**
   * A connection is up.
   *
   * @return a number that tells it from the others
   */
  long opened() {
    open.incrementAndGet();
    return opened.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  /**
   * A connection, counted out already, ended.
   *
   * @param outlived the longest idle time after which it was itself used with success: an end at a
   *     lower age is none of the path's. Without this, every end that a periodic ping meets would
   *     be of one age
   * @return what to run if a new connection works at once, for silence is no sample without
   */
  Optional<Runnable> ended(DeathSigns signs, Diagnosis diagnosis, Duration outlived) {
    Duration age = signs.idle();
    int connections = Math.max(0, open.get()) + 1;
    if (age.compareTo(outlived) <= 0) {
      return Optional.empty();
    }
    if (!Collections.disjoint(diagnosis.explanations(), CLOSED)) {
      learner.closed(age, connections);
      refresh();
    } else if (UNANSWERED.contains(signs.cause())
        && diagnosis.explanations().contains(Explanation.FLOW_FORGOTTEN_SILENT)) {
      return Optional.of(
          () -> {
            learner.silent(age, connections, true);
            refresh();
          });
    }
    return Optional.empty();
  }

  /** A connection was used with success after an idle time. */
  void reused(Duration age, long connection) {
    if (learned.isPresent() && age.compareTo(learned.get()) > 0) {
      learner.reused(age, connection);
      refresh();
    }
  }

  private void refresh() {
    boolean knewOne = learned.isPresent();
    learned = learner.learned();
    if (!knewOne && learned.isPresent()) {
      onLearned.run();
    }
  }

  /** Whether even a read waits for the proof of a connection idle for so long. */
  boolean mustProve(long idleNanos) {
    Optional<Duration> limit = learned;
    return limit.isPresent() && idleNanos >= plan.path().safeAge(limit.get()).toNanos();
  }

  /**
   * The period of pings: the plan's, or a shorter one that the learned limit asks for.
   *
   * @param u a random number, at least 0 and below 1, that shortens it
   */
  Optional<Duration> pingPeriod(double u) {
    Optional<Duration> planned = plan.pingPeriod(u);
    if (learned.isEmpty() || !plan.pingAllowed()) {
      return planned;
    }
    refresh();
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

  Optional<Duration> learned() {
    return learned;
  }

  IdleBound bound() {
    return learner.bound();
  }
}
