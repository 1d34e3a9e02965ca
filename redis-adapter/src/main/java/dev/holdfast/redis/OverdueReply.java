package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.BlockTime;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.wire.WireSnapshot;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers that come too late. Behind a hop that terminates TCP the acknowledgements are that hop's,
 * and nothing below the application can tell a slow server from a lost one. That a caller has given
 * up is no evidence, but a reason to ask: once nothing was read for a while, the server answers a
 * newcomer and still not here, the connection is not used again. The answer to a blocking command
 * is late only once its own time is over. Elsewhere an answer is late if the user has declared when
 * it is. Confined to the event loop.
 */
final class OverdueReply {

  private final GuardedChannel guarded;
  private final PathDoubts doubts;

  private @Nullable RedisCommand<?, ?, ?> oldest;
  private long oldestSinceNanos;

  /** How long its server may wait before it answers; 0 for a command that does not block. */
  private long blockedNanos;

  private boolean overdue;
  private long overdueSinceNanos;

  OverdueReply(GuardedChannel guarded, PathDoubts doubts) {
    this.guarded = guarded;
    this.doubts = doubts;
  }

  /** Whether there is anything to look at. */
  static boolean concerns(GuardedChannel guarded, PathDoubts doubts) {
    return doubts.blind() || guarded.settings().silentServerLimit() != null;
  }

  /** Nothing is in flight. */
  void rest() {
    overdue = false;
    oldest = null;
  }

  /**
   * Calls are in flight.
   *
   * @return whether the connection was given up
   */
  boolean givesUp(WireSnapshot wire, long now) {
    RedisCommand<?, ?, ?> next = guarded.stack().peek();
    if (next == null) {
      rest();
      return false;
    }
    if (next != oldest) {
      oldest = next;
      oldestSinceNanos = now;
      blockedNanos =
          LettuceKinds.blocks(next)
              ? BlockTime.nanos(CommandName.of(next), LettuceWords.of(next))
              : 0;
    }
    return pastDeclaredLimit(now) || (doubts.blind() && silentBehindHop(next, wire, now));
  }

  private boolean pastDeclaredLimit(long now) {
    Duration limit = guarded.settings().silentServerLimit();
    if (limit == null || blockedNanos == BlockTime.NO_END || guarded.inMaintenance(now)) {
      return false;
    }
    long silent = Math.min(now - oldestSinceNanos, guarded.clocks().sinceRead(now));
    if (silent - blockedNanos <= limit.toNanos()) {
      return false;
    }
    guarded.condemn(
        Cause.REPLY_OVERDUE,
        "no answer for %d ms, and the declared limit is %d ms"
            .formatted(TimeUnit.NANOSECONDS.toMillis(silent), limit.toMillis()));
    return true;
  }

  private boolean silentBehindHop(RedisCommand<?, ?, ?> next, WireSnapshot wire, long now) {
    long patience = FlightJudge.POKE_AFTER.toNanos();
    boolean late =
        blockedNanos == 0 ? Calls.isDone(next) : now - oldestSinceNanos - patience > blockedNanos;
    boolean silent = late && guarded.clocks().sinceRead(now) > patience;
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
}
