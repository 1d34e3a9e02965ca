package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.redis.LostCalls.Broken;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;

/**
 * The commands that wait for a proof or for the next connection, in order. While the path is being
 * proved whatever Lettuce's own queue takes is held; on a connection that was given up, up to the
 * guard's limit. A transaction is a unit here too: it waits whole, and what is refused of it is
 * refused whole. Confined to the event loop.
 */
final class HeldCommands {

  /** Takes a command that need not wait any longer. */
  @FunctionalInterface
  interface Taker {
    void take(CommandKind kind, RedisCommand<?, ?, ?> command, ChannelPromise promise);
  }

  private record Held(CommandKind kind, RedisCommand<?, ?, ?> command, ChannelPromise promise) {}

  private static final String GONE =
      "its transaction was given up by its caller before it was sent; nothing of it ran";

  private final GuardedChannel guarded;
  private final ArrayDeque<Held> held = new ArrayDeque<>(0);

  private long sinceNanos;
  private boolean insideTransaction;

  HeldCommands(GuardedChannel guarded) {
    this.guarded = guarded;
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  /** Whether the command that comes next would belong to a transaction begun here. */
  boolean endsInsideTransaction() {
    return insideTransaction;
  }

  /** Whether the end of a transaction comes before the next beginning. */
  boolean endFollows() {
    for (Held one : held) {
      if (one.kind() == CommandKind.MULTI || one.kind().endsTransaction()) {
        return one.kind() != CommandKind.MULTI;
      }
    }
    return false;
  }

  void add(CommandKind kind, RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    if (held.isEmpty()) {
      sinceNanos = System.nanoTime();
    }
    held.add(new Held(kind, command, promise));
    if (kind == CommandKind.MULTI) {
      insideTransaction = true;
    } else if (kind.endsTransaction()) {
      insideTransaction = false;
    }
    if (!guarded.open() && held.size() > guarded.settings().heldLimit()) {
      refuseLatest();
    }
  }

  /** The latest is one too many; with it goes the transaction that it belongs to. */
  private void refuseLatest() {
    Held latest = held.getLast();
    boolean part =
        insideTransaction || latest.kind().endsTransaction() || Calls.isMember(latest.command());
    String why =
        ("%d commands already wait for a usable connection, the guard's heldLimit; slow down or"
                + " raise heldLimit")
            .formatted(guarded.settings().heldLimit());
    Held refused;
    do {
      refused = held.removeLast();
      refuse(refused, Refusal.HELD_FULL, why);
    } while (part && refused.kind() != CommandKind.MULTI && !held.isEmpty());
    if (part && !latest.kind().endsTransaction()) {
      leaveBroken(refused);
    }
    insideTransaction = false;
  }

  private void leaveBroken(Held multi) {
    guarded
        .endpoint()
        .leaveBroken(
            Calls.isRegistered(multi.command())
                ? Broken.TRANSACTION
                : Broken.UNREGISTERED_TRANSACTION);
  }

  private void refuse(Held one, Refusal reason, String why) {
    guarded.meters().called(1);
    guarded.meters().notExecuted(reason.tag());
    if (one.kind() == CommandKind.MULTI) {
      Calls.answerLostMulti(one.command());
    } else {
      Calls.fail(
          one.command(), new NotExecutedException(CommandName.forPeople(one.command()), why));
    }
    one.promise().trySuccess();
  }

  /** Hands all over, oldest first, and what is added meanwhile; stops if the connection is lost. */
  void release(Taker taker) {
    guarded.meters().held(System.nanoTime() - sinceNanos);
    while (!held.isEmpty() && guarded.open()) {
      Held next = held.removeFirst();
      if (next.kind() == CommandKind.MULTI && isAbandoned(next)) {
        refuseUnit(next);
      } else {
        taker.take(next.kind(), next.command(), next.promise());
      }
    }
    if (held.isEmpty()) {
      insideTransaction = false;
    }
  }

  /** Whether whoever began or ended the transaction has gone: it must not run, nor be begun. */
  private boolean isAbandoned(Held multi) {
    if (Calls.isDone(TransactionPart.callers(multi.command()))) {
      return true;
    }
    for (Held one : held) {
      if (one.kind().endsTransaction()) {
        return Calls.isDone(TransactionPart.callers(one.command()));
      }
    }
    return false;
  }

  private void refuseUnit(Held multi) {
    boolean forgotten =
        Calls.isDone(TransactionPart.callers(multi.command()))
            && (Calls.isRegistered(multi.command()) || !endFollows());
    refuse(multi, Refusal.TRANSACTION, GONE);
    while (!held.isEmpty()) {
      Held next = held.getFirst();
      if (forgotten && next.kind() == CommandKind.MULTI) {
        return; // Lettuce has begun another
      }
      if (forgotten && !Calls.isMember(next.command()) && !next.kind().endsTransaction()) {
        return;
      }
      held.removeFirst();
      refuse(next, Refusal.TRANSACTION, GONE);
      if (next.kind().endsTransaction()) {
        return;
      }
    }
    if (insideTransaction) {
      leaveBroken(multi);
    }
  }

  /** Lettuce's {@code reset()}. */
  void cancelAll() {
    for (Held next = held.poll(); next != null; next = held.poll()) {
      Calls.cancel(next.command());
      next.promise().trySuccess(); // or Lettuce would count it as queued for ever
    }
    insideTransaction = false;
  }

  void drainInto(Collection<RedisCommand<?, ?, ?>> commands) {
    if (!held.isEmpty()) {
      guarded.meters().held(System.nanoTime() - sinceNanos);
    }
    Iterator<Held> all = held.iterator();
    while (all.hasNext()) {
      Held next = all.next();
      all.remove();
      commands.add(next.command());
      next.promise().trySuccess();
    }
    insideTransaction = false;
  }
}
