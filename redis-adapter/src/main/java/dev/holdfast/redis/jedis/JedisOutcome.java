package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.retry.ReplaySafety;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** What callers get whose connection was lost, and what is counted of it. Stateless. */
final class JedisOutcome {

  private static final String UNSENT =
      "the connection was lost before any of it was sent; it may be repeated";

  private static final String TRANSACTION =
      "the connection was lost before its transaction was complete; repeat all of it";

  private JedisOutcome() {}

  static boolean isOne(Throwable thrown) {
    return thrown instanceof AmbiguousJedisOutcomeException
        || thrown instanceof JedisNotExecutedException;
  }

  /**
   * The end of a pipeline, a transaction, or a command on a connection that its borrower keeps: no
   * part of it is sent again.
   */
  static JedisConnectionException ofUnit(
      GuardMeters meters, GuardedConnection connection, LostJedisConnection lost) {
    JedisSession book = connection.session();
    JedisCommand latest = connection.latest();
    long calls = book == null ? 1 : book.unanswered();
    String last = latest == null ? "a command" : latest.forPeople();
    String call = calls > 1 ? "A unit of %d commands, the last %s,".formatted(calls, last) : last;
    if (lost.delivery() == Delivery.NEVER_SENT) {
      return notExecuted(meters, call, "unsent", UNSENT, lost);
    }
    boolean unfinished =
        book != null
            && book.answersAsUsual()
            && book.transaction() == JedisSession.Transaction.OPEN
            && !book.mayHaveRun();
    return unfinished
        ? notExecuted(meters, call, "transaction", TRANSACTION, lost)
        : ambiguous(
            meters,
            call,
            latest == null ? "other" : latest.tag(),
            calls > 1 ? ReplaySafety.UNSAFE : connection.latestSafety(),
            lost);
  }

  static JedisConnectionException ambiguous(
      GuardMeters meters, String call, String tag, ReplaySafety safety, LostJedisConnection lost) {
    meters.ambiguous(tag);
    if (lost.death().cause() == Cause.REPLY_OVERDUE) {
      meters.timedOut(1);
    }
    return uncertain(call, safety, lost);
  }

  /** The same, of which nothing is counted. */
  static JedisConnectionException uncertain(
      String call, ReplaySafety safety, LostJedisConnection lost) {
    AmbiguousOutcomeException outcome =
        new AmbiguousOutcomeException(
            call, lost.delivery(), lost.death().cause(), lost.death().evidence(), safety);
    outcome.initCause(lost.word());
    return new AmbiguousJedisOutcomeException(outcome, lost.word().getCause());
  }

  static JedisConnectionException notExecuted(
      GuardMeters meters, String call, String reason, String why, @Nullable Throwable lost) {
    meters.notExecuted(reason);
    NotExecutedException outcome = new NotExecutedException(call, why);
    if (lost instanceof LostJedisConnection known) {
      outcome.initCause(known.word());
      return new JedisNotExecutedException(outcome, known.word().getCause());
    }
    if (lost != null) {
      outcome.initCause(lost);
    }
    return new JedisNotExecutedException(outcome, lost);
  }
}
