package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.Decline;
import dev.holdfast.internal.command.ReplicasLeft;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.retry.RetryBudget;
import dev.holdfast.internal.retry.RetryBudgets;
import dev.holdfast.internal.socket.Death;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Single commands that their server has declined to run for now: they are sent again, with a
 * back-off on their caller's thread. A write that a replica declined moves to a new connection,
 * once: the name may lead elsewhere by now.
 *
 * <p>The caller's connection stays his meanwhile: Jedis gives it back when the command is through,
 * and by then it could be somebody else's. Thread-safe.
 */
final class JedisMoods {

  private static final IntervalFunction WAIT = Decline.WAITS.waits();
  private static final int MOST = 30;

  private static final Death REPLICA = new Death(Cause.DEMOTED, "a write was declined: READONLY");

  /** An attempt of a command, by who has it made. */
  interface Attempt {

    /**
     * Runs it on a connection.
     *
     * @throws JedisDataException what its server answered
     */
    <T> T on(GuardedConnection connection, CommandObject<T> call);
  }

  private final Duration patience;
  private final GuardMeters meters;
  private final RetryBudgets budgets;
  private final ReplicasLeft<JedisConnections> replicasLeft = new ReplicasLeft<>();

  /**
   * @param patience how long a command is declined before its caller hears of it; zero for at once
   */
  JedisMoods(Duration patience, GuardMeters meters, RetryBudgets budgets) {
    this.patience = patience;
    this.meters = meters;
    this.budgets = budgets;
    for (Decline decline : Decline.values()) {
      meters.mayBeDeclined(decline.tag());
    }
  }

  /** One command, from its first refusal on. Confined to its caller's thread. */
  private static final class Declined {
    private final long since = System.nanoTime();
    private final long nanos;
    private int tries;
    private boolean moved;

    Declined(Duration patience, int socketMillis) {
      long most = patience.toNanos();
      nanos = socketMillis > 0 ? Math.min(most, TimeUnit.MILLISECONDS.toNanos(socketMillis)) : most;
    }

    /** How long to wait before the next attempt; negative if its caller would wait too long. */
    long next() {
      tries++;
      long wait = TimeUnit.MILLISECONDS.toNanos(WAIT.apply(Math.min(tries, MOST)));
      return System.nanoTime() - since + wait < nanos ? wait : -1;
    }
  }

  /**
   * What becomes of a command after its server's answer.
   *
   * @param said the answer
   * @param first the connection it came over; its borrower gives it back
   * @return what it is answered in the end
   * @throws JedisDataException the answer, if that is no refusal, or has to be heard
   */
  <T> T after(
      JedisDataException said,
      GuardedConnection first,
      CommandObject<T> call,
      JedisConnections pool,
      Attempt attempt) {
    CommandArguments args = call.getArguments();
    if (patience.isZero() || decline(said, args) == null) {
      throw said;
    }
    Declined declined = new Declined(patience, first.timeoutMillis());
    RetryBudget budget = budgets.ofDeclined(first.open().endpoint());
    JedisDataException latest = said;
    while (true) {
      await(latest, first, args, declined, pool, budget);
      try {
        T answer = attempt(first, call, pool, attempt, latest);
        budget.replayAnswered();
        replicasLeft.works(pool);
        return answer;
      } catch (JedisDataException again) {
        if (again == latest) {
          throw again;
        }
        budget.replayLost();
        latest = again;
      }
    }
  }

  /** On the same connection, unless that is gone, or a Sentinel has named another server. */
  private static <T> T attempt(
      GuardedConnection first,
      CommandObject<T> call,
      JedisConnections pool,
      Attempt attempt,
      JedisDataException said) {
    JedisConnections leads = pool.latest();
    if (leads == pool && !first.isBroken()) {
      return attempt.on(first, call);
    }
    try (GuardedConnection next = lend(call.getArguments(), leads, said)) {
      return attempt.on(next, call);
    }
  }

  private static @Nullable Decline decline(JedisDataException said, CommandArguments args) {
    String error = said.getMessage();
    if (error == null) {
      return null;
    }
    JedisCommand command = JedisCommand.of(args);
    return Decline.of(error, command.name(), command.known());
  }

  private void await(
      JedisDataException said,
      GuardedConnection first,
      CommandArguments args,
      Declined declined,
      JedisConnections pool,
      RetryBudget budget) {
    Decline decline = decline(said, args);
    if (decline == null) {
      throw said;
    }
    meters.declined(decline.tag());
    if (decline != Decline.READONLY) {
      do {
        sleep(declined.next(), said);
      } while (!budget.allowsDeclined());
    } else if (declined.moved || !replicasLeft.leavesIfItMay(pool, System.nanoTime())) {
      throw said;
    } else {
      declined.moved = true;
      pool.retireAll();
      if (!first.isBroken()) {
        first.dies(REPLICA);
        first.close(); // frees its place before another is asked for
      }
    }
  }

  private static GuardedConnection lend(
      CommandArguments args, JedisConnections leads, JedisDataException said) {
    try {
      return leads.lend(args);
    } catch (JedisDataException refused) {
      throw refused; // what its server says of the connect
    } catch (JedisException none) {
      said.addSuppressed(none);
      throw said;
    }
  }

  private static void sleep(long nanos, JedisDataException said) {
    if (nanos < 0) {
      throw said;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw said;
    }
  }
}
