package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.retry.LostCall;
import dev.holdfast.internal.retry.ReplayRetry.Attempts;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Runs single commands: one that was never sent moves to another connection, one that may run twice
 * is sent again, and the rest fail with what is known. Thread-safe.
 */
final class JedisCalls implements JedisLosses, JedisMoods.Attempt {

  /** What ends so many connections while it is being sent will end the next one too. */
  private static final int SENDINGS = 3;

  private static final String UNSENDABLE =
      "%d connections in a row were lost while it was being sent: the server or a hop will not have"
              .formatted(SENDINGS)
          + " it; look at its size, and at the server's client-query-buffer-limit and log";

  private static final String NO_OTHER =
      "its connection was lost before any of it was sent, and there is no other; it may be"
          + " repeated";

  private final JedisParts guard;
  private final JedisConnections pool;

  JedisCalls(JedisParts guard, JedisConnections pool) {
    this.guard = guard;
    this.pool = pool;
  }

  @Override
  public <T> T run(GuardedConnection first, CommandObject<T> call) {
    try {
      return on(first, call);
    } catch (JedisDataException said) {
      return guard.moods().after(said, first, call, pool, this);
    }
  }

  @Override
  public <T> T on(GuardedConnection first, CommandObject<T> call) {
    try {
      return first.once(call);
    } catch (LostJedisConnection lost) {
      first.close(); // frees its place before another is asked for
      return again(first, call, lost);
    }
  }

  private <T> T again(GuardedConnection first, CommandObject<T> call, LostJedisConnection lost) {
    Attempts attempts = guard.replay().begin(first.open().endpoint());
    LostJedisConnection latest = lost;
    for (int sendings = 1; ; sendings++) {
      GuardedConnection next = next(call.getArguments(), latest, attempts, sendings);
      try {
        return answer(next, call, attempts);
      } catch (LostJedisConnection again) {
        again.addSuppressed(latest);
        if (attempts.replayed()) {
          guard.replay().budgets().of(next.open().endpoint()).replayLost();
        }
        latest = again;
      }
    }
  }

  /** An error is an answer too. */
  private static <T> T answer(GuardedConnection next, CommandObject<T> call, Attempts attempts) {
    boolean lost = false;
    try (next) {
      return next.once(call);
    } catch (LostJedisConnection again) {
      lost = true;
      throw again;
    } finally {
      if (!lost) {
        attempts.answered();
      }
    }
  }

  private GuardedConnection next(
      CommandArguments args, LostJedisConnection lost, Attempts attempts, int sendings) {
    JedisCommand command = JedisCommand.of(args);
    ReplaySafety safety = command.safety(args);
    boolean unsent = lost.delivery() == Delivery.NEVER_SENT && !attempts.replayed();
    if (unsent && sendings >= SENDINGS) {
      throw JedisOutcome.notExecuted(
          guard.meters(), command.forPeople(), "unsendable", UNSENDABLE, lost);
    }
    if (!unsent && !mayReplay(command, safety, lost, attempts)) {
      throw JedisOutcome.ambiguous(
          guard.meters(), command.forPeople(), command.tag(), safety, lost.sent());
    }
    GuardedConnection next = borrow(args, command, safety, lost, unsent);
    if (unsent) {
      guard.meters().moved(1);
    } else {
      guard.meters().replayed(1);
    }
    return next;
  }

  private boolean mayReplay(
      JedisCommand command, ReplaySafety safety, LostJedisConnection lost, Attempts attempts) {
    return lost.death().cause() != Cause.REPLY_OVERDUE // its caller has waited long enough
        && lost.death().cause() != Cause.LOCAL_CLOSE // or was interrupted
        && attempts.mayReplay(
            new LostCall(command.forPeople(), lost.delivery(), safety, lost.death().cause()));
  }

  private GuardedConnection borrow(
      CommandArguments args,
      JedisCommand command,
      ReplaySafety safety,
      LostJedisConnection lost,
      boolean unsent) {
    try {
      return pool.lend(args);
    } catch (JedisException none) {
      JedisException said =
          unsent
              ? JedisOutcome.notExecuted(
                  guard.meters(), command.forPeople(), "no_reconnect", NO_OTHER, none)
              : JedisOutcome.ambiguous(
                  guard.meters(), command.forPeople(), command.tag(), safety, lost.sent());
      said.addSuppressed(none);
      throw said;
    }
  }
}
