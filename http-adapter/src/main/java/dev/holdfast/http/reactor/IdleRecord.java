package dev.holdfast.http.reactor;

import dev.holdfast.internal.diagnosis.IdleWitness;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the idle times of one connection tell of those that its path allows. Confined to its event
 * loop.
 */
final class IdleRecord {

  private @Nullable IdleWitness witness;
  private long idleBeforeNanos;

  /** The connection is there. */
  void connected(IdleWitness where) {
    witness = where;
  }

  /** What the record is told to; null before the connection is there. */
  @Nullable IdleWitness witness() {
    return witness;
  }

  /** A request begins after an idle time, which counts as survived once it is answered. */
  void ends(long idleNanos) {
    if (idleNanos >= IdleWitness.LEAST_NANOS) {
      idleBeforeNanos = idleNanos;
    }
  }

  /** A request was answered. */
  void answered() {
    if (idleBeforeNanos > 0) {
      survived(idleBeforeNanos);
      idleBeforeNanos = 0;
    }
  }

  /** The connection has outlived an idle time. */
  void survived(long idleNanos) {
    IdleWitness told = witness;
    if (told != null) {
      told.reused(Duration.ofNanos(idleNanos));
    }
  }

  /** Whether an idle time is longer than connections to its address seem to be kept. */
  boolean isPastLearned(long idleNanos) {
    IdleWitness told = witness;
    return told != null && told.limit().isPast(idleNanos);
  }

  /**
   * The idle age from which the connection is not used as it is, {@link Long#MAX_VALUE} if none.
   */
  long limitNanos() {
    IdleWitness told = witness;
    return told == null ? Long.MAX_VALUE : told.limit().inForceNanos();
  }

  /** The server says for how long it keeps idle connections. */
  void advertised(Duration timeout) {
    IdleWitness told = witness;
    if (told != null) {
      told.limit().advertised(timeout);
    }
  }

  /** The connection is closed. */
  void closed() {
    IdleWitness told = witness;
    if (told != null) {
      told.closed();
    }
  }
}
