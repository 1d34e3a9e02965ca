package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.FlightJudge;
import dev.holdfast.wire.WireSnapshot;
import io.lettuce.core.protocol.RedisCommand;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Behind a hop that terminates TCP the acknowledgements are that hop's, and nothing below the
 * application can tell a slow server from a lost one. That a caller has given up is no evidence,
 * but a reason to ask: once nothing was read for a while, the server answers a newcomer and still
 * not here, the connection is not used again. The answer to a blocking command is late only once
 * its own time is over. Confined to the event loop.
 */
final class OverdueReply {

  private final GuardedChannel guarded;
  private final PathDoubts doubts;

  private boolean overdue;
  private long overdueSinceNanos;
  private @Nullable RedisCommand<?, ?, ?> blocking;
  private long blockingSinceNanos;
  private long blockedNanos;

  OverdueReply(GuardedChannel guarded, PathDoubts doubts) {
    this.guarded = guarded;
    this.doubts = doubts;
  }

  /** Nothing is in flight. */
  void rest() {
    overdue = false;
    blocking = null;
  }

  /**
   * Calls are in flight.
   *
   * @return whether the connection was given up
   */
  boolean givesUp(WireSnapshot wire, long now) {
    RedisCommand<?, ?, ?> oldest = guarded.stack().peek();
    boolean silent =
        oldest != null
            && mayBeLate(oldest, now)
            && guarded.clocks().sinceRead(now) > FlightJudge.POKE_AFTER.toNanos();
    if (!silent || !overdue) {
      overdue = silent; // the event loop may have been held up: it reads before the next sample
      overdueSinceNanos = now;
      return false;
    }
    return doubts.overdue(
        Cause.REPLY_OVERDUE,
        "nothing read for %d ms; %s"
            .formatted(
                TimeUnit.NANOSECONDS.toMillis(guarded.clocks().sinceRead(now)), wire.evidence()),
        overdueSinceNanos,
        now);
  }

  private boolean mayBeLate(RedisCommand<?, ?, ?> oldest, long now) {
    if (oldest != blocking) {
      if (!CommandKind.of(oldest).blocks(oldest)) {
        return Calls.isDone(oldest);
      }
      blocking = oldest;
      blockingSinceNanos = now;
      blockedNanos = BlockTime.nanos(oldest);
    }
    return now - blockingSinceNanos - FlightJudge.POKE_AFTER.toNanos() > blockedNanos;
  }
}
