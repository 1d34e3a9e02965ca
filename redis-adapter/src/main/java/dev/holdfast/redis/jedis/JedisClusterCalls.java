package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.retry.LostCall;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Runs single commands on the nodes of a cluster. Its client sends again, to whichever node has the
 * slot by then, every command whose connection was lost; what was sent and must not run twice is
 * kept from that by an exception which the client passes on. Thread-safe.
 */
final class JedisClusterCalls implements JedisLosses {

  private static final String UNSENT =
      "its connection was lost before any of it was sent; it may be repeated";

  /** What this thread's client is sending again: a later attempt has no word on the earlier one. */
  private static final ThreadLocal<@Nullable WeakReference<CommandArguments>> SENT_BEFORE =
      new ThreadLocal<>();

  private final JedisParts guard;

  JedisClusterCalls(JedisParts guard) {
    this.guard = guard;
  }

  @Override
  public <T> T run(GuardedConnection connection, CommandObject<T> call) {
    CommandArguments args = call.getArguments();
    boolean again = wasSent(args);
    try {
      T answer = connection.once(call);
      if (again) {
        SENT_BEFORE.remove();
        guard.replay().budgets().of(connection.open().endpoint()).replayAnswered();
      }
      return answer;
    } catch (LostJedisConnection lost) {
      if (again) {
        guard.replay().budgets().of(connection.open().endpoint()).replayLost();
      }
      throw told(connection, args, again, lost);
    }
  }

  private static boolean wasSent(CommandArguments args) {
    WeakReference<CommandArguments> earlier = SENT_BEFORE.get();
    return earlier != null && earlier.refersTo(args);
  }

  private RuntimeException told(
      GuardedConnection connection,
      CommandArguments args,
      boolean again,
      LostJedisConnection lost) {
    JedisCommand command = JedisCommand.of(args);
    String name = command.forPeople();
    boolean begun = command.equals(connection.latest()); // or it was lost with the ASKING before it
    if (!again && (lost.delivery() == Delivery.NEVER_SENT || !begun)) {
      return JedisOutcome.notExecuted(guard.meters(), name, "unsent", UNSENT, lost);
    }
    ReplaySafety safety = command.safety(args);
    LostJedisConnection sent = lost.sent();
    if (mayRepeat(connection, name, safety, sent)) {
      SENT_BEFORE.set(new WeakReference<>(args));
      guard.meters().replayed(1);
      return JedisOutcome.uncertain(name, safety, sent);
    }
    SENT_BEFORE.remove();
    JedisConnectionException outcome =
        JedisOutcome.ambiguous(guard.meters(), name, command.tag(), safety, sent);
    return new JedisClusterOperationException(outcome.getMessage(), outcome);
  }

  /**
   * How often, and where, is the client's to say: it may ask another node what one is silent on.
   */
  private boolean mayRepeat(
      GuardedConnection connection, String name, ReplaySafety safety, LostJedisConnection lost) {
    Cause cause = lost.death().cause();
    boolean safe = safety == ReplaySafety.SAFE;
    Delivery delivery = safe ? Delivery.SENT_UNANSWERED : lost.delivery(); // no part of it is kept
    boolean due =
        guard
            .replay()
            .begin(connection.open().endpoint())
            .mayReplay(new LostCall(name, delivery, safety, cause));
    boolean late = cause == Cause.REPLY_OVERDUE || cause == Cause.LOCAL_CLOSE;
    return safe ? guard.replay().retry().getRetryConfig().getMaxAttempts() > 1 : due && !late;
  }
}
