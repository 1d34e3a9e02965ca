package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.path.NetworkPath;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Learns, from nothing but what happens anyway, that a path ends idle connections earlier than it
 * was declared to. What it learns only ever lowers the declared age, may rise back to it, and takes
 * no part in planning.
 *
 * <p>A learned limit is the lowest age of at least three ends, in three different minutes, of ages
 * within 5 % of each other. Ends that crowd in time with unlike ages are a restart or a failover
 * and are not counted. Silence counts half, and only if a fresh connection worked at once: without
 * that it may have been a slow server. Two connections used with success past the limit disprove
 * it. An end counts half after 24 h.
 *
 * <p>Thread-safe. Times come from the injected clock.
 */
public final class IdleLimitLearner {

  /** Distinct connections that must outlive a limit to disprove it. */
  private static final int CONTRADICTIONS = 2;

  private final NetworkPath path;
  private final Optional<Duration> configured;
  private final LongSupplier nanoClock;
  private final EndSamples ends = new EndSamples();
  private final Set<Long> outlived = new HashSet<>();
  private Optional<Duration> advertised;

  /**
   * A learner that knows what was declared.
   *
   * @param path the declared path, for its margins and what its server advertises
   * @param configured the idle age of its plan
   * @param nanoClock {@link System#nanoTime()}, or a test's own
   */
  public IdleLimitLearner(NetworkPath path, Optional<Duration> configured, LongSupplier nanoClock) {
    this.path = path;
    this.configured = configured;
    this.nanoClock = nanoClock;
    this.advertised = path.server().advertisedTimeout();
  }

  /**
   * The server announces how long it keeps an idle connection.
   *
   * @param timeout the latest announcement; the declared age stays the upper bound
   */
  public synchronized void advertised(Duration timeout) {
    advertised = Optional.of(timeout);
  }

  /**
   * A connection was closed or reset while idle, or on its first use after.
   *
   * @param age how long it had been idle: an upper bound where the close was found on use
   * @param openConnections how many there were to this endpoint, this one included
   */
  public synchronized void closed(Duration age, int openConnections) {
    end(age, openConnections, 1);
  }

  /**
   * The first use of an idle connection got no answer.
   *
   * @param age how long it had been idle
   * @param openConnections how many there were to this endpoint, this one included
   * @param freshOneWorks whether a new connection to the same target was answered within a second;
   *     if not, nothing is learned
   */
  public synchronized void silent(Duration age, int openConnections, boolean freshOneWorks) {
    if (freshOneWorks) {
      end(age, openConnections, 0.5);
    }
  }

  private void end(Duration age, int openConnections, double weight) {
    if (age.toNanos() < IdleWitness.LEAST_NANOS) {
      return; // it was in use
    }
    outlived.clear();
    ends.add(new EndSamples.Sample(age, nanoClock.getAsLong(), weight), openConnections);
  }

  /**
   * A connection was used with success after an idle time.
   *
   * @param age how long it had been idle
   * @param connection tells connections apart
   */
  public synchronized void reused(Duration age, long connection) {
    Optional<Duration> learned = ends.timeout(nanoClock.getAsLong());
    if (learned.isPresent() && age.compareTo(learned.get()) > 0) {
      outlived.add(connection);
      if (outlived.size() >= CONTRADICTIONS) {
        ends.forgetFrom(learned.get());
        outlived.clear();
      }
    }
  }

  /**
   * The lowest age at which connections end, as far as was seen.
   *
   * @return the limit, without any margin; empty while nothing was learned
   */
  public synchronized Optional<Duration> learned() {
    return ends.timeout(nanoClock.getAsLong());
  }

  /**
   * The bound in force.
   *
   * @return the least of the configured, the advertised and the learned age, margins taken off
   */
  public synchronized IdleBound bound() {
    IdleBound bound = new IdleBound(configured, LimitSource.CONFIGURED);
    bound = lower(bound, advertised, LimitSource.ADVERTISED);
    return lower(bound, ends.timeout(nanoClock.getAsLong()), LimitSource.LEARNED);
  }

  private IdleBound lower(IdleBound bound, Optional<Duration> limit, LimitSource source) {
    return limit
        .map(path::safeAge)
        .filter(age -> bound.age().isEmpty() || age.compareTo(bound.age().get()) < 0)
        .map(age -> new IdleBound(Optional.of(age), source))
        .orElse(bound);
  }
}
