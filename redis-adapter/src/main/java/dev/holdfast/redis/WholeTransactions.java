package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.protocol.TransactionalCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands commands down, a transaction whole or not at all. Lettuce leaves out, one by one and where
 * nobody else sees it, whatever of a transaction nobody waits for any more by the time it leaves a
 * queue of Lettuce's, and refuses some where its queues are bounded. The rest would run: alone, if
 * it is the {@code MULTI} that is missing; with each answer taken for that of another command, if
 * it is a member; never, and with it all that is issued next, if it is the {@code EXEC}.
 *
 * <p>So a member goes down behind its {@code MULTI} only, and an {@code EXEC} only if all went down
 * that Lettuce has registered with it. Else {@code DISCARD} goes in its place. Confined to the
 * event loop.
 */
final class WholeTransactions {

  /** The caller of a transaction that Lettuce has forgotten sends its end close behind. */
  private static final Duration END_WITHIN = Duration.ofMillis(50);

  private final GuardedChannel guarded;
  private final HandDown handDown;
  private final BooleanSupplier endFollows;

  /** Of the transaction whose end is still to be handed down. */
  private @Nullable RedisCommand<?, ?, ?> multi;

  /** What was handed down of those that Lettuce has registered with it. */
  private List<RedisCommand<?, ?, ?>> members = List.of();

  /** A MULTI within it was handed down: when that one is refused, Lettuce forgets them both. */
  private boolean nested;

  private @Nullable Future<?> awaitsEnd;

  /**
   * @param endFollows whether, of what waits to be handed down, the end of a transaction comes
   *     before the next beginning
   */
  WholeTransactions(GuardedChannel guarded, HandDown handDown, BooleanSupplier endFollows) {
    this.guarded = guarded;
    this.handDown = handDown;
    this.endFollows = endFollows;
  }

  /**
   * Whether a command must wait until it is known that the end of the transaction before it was
   * left out.
   *
   * @param onKnown runs when that is known
   */
  boolean mustWait(CommandKind kind, RedisCommand<?, ?, ?> command, Runnable onKnown) {
    if (awaitsEnd == null && endIsMissing(kind, command)) {
      awaitsEnd =
          guarded
              .channel()
              .eventLoop()
              .schedule(
                  () -> {
                    awaitsEnd = null;
                    onKnown.run();
                  },
                  END_WITHIN.toNanos(),
                  TimeUnit.NANOSECONDS);
    }
    return awaitsEnd != null;
  }

  /** Whether commands wait for that. */
  boolean waiting() {
    return awaitsEnd != null;
  }

  /**
   * A command waits behind them.
   *
   * @return whether it tells
   */
  boolean isKnownBy(CommandKind kind) {
    return awaitsEnd != null
        && (kind == CommandKind.MULTI || kind.endsTransaction())
        && stopWaiting();
  }

  boolean stopWaiting() {
    Future<?> timer = awaitsEnd;
    awaitsEnd = null;
    return timer != null && timer.cancel(false);
  }

  /**
   * A command of the user's.
   *
   * @return whether it went down, or another in its place
   */
  boolean pass(CommandKind kind, RedisCommand<?, ?, ?> command) {
    if (kind == CommandKind.MULTI) {
      return passMulti(command);
    }
    if (kind.endsTransaction()) {
      return passEnd(kind, command);
    }
    if (Calls.isMember(command)) {
      return passMember(kind, command);
    }
    if (endIsMissing(kind, command) && !endFollows.getAsBoolean()) {
      discard(null);
    }
    return handDown.pass(kind, command);
  }

  private boolean passMulti(RedisCommand<?, ?, ?> command) {
    if (Calls.isDone(TransactionPart.callers(command))) {
      guarded.meters().timedOut(1);
      return false; // Lettuce has given it up
    }
    boolean begins = multi == null || !guarded.session().insideTransaction();
    boolean sent = handDown.pass(CommandKind.MULTI, command);
    if (sent && begins) {
      over();
      multi = command;
    } else if (sent) {
      nested = true;
    }
    return sent;
  }

  private boolean passMember(CommandKind kind, RedisCommand<?, ?, ?> command) {
    if (multi == null) {
      return turnBack(command);
    }
    boolean sent = handDown.pass(kind, command);
    if (sent) {
      if (members.isEmpty()) {
        members = new ArrayList<>();
      }
      members.add(command);
    }
    return sent;
  }

  private boolean passEnd(CommandKind kind, RedisCommand<?, ?, ?> command) {
    if (kind == CommandKind.EXEC) {
      if (multi == null && isRegisteredWith(command)) {
        return turnBack(command);
      }
      if (multi != null && guarded.session().insideTransaction() && !mayRun(command)) {
        return discard(command);
      }
    }
    boolean sent = handDown.pass(kind, command);
    if (sent) {
      over();
    }
    return sent;
  }

  private void over() {
    multi = null;
    members = List.of();
    nested = false;
  }

  private static boolean isRegisteredWith(RedisCommand<?, ?, ?> exec) {
    Collection<?> registered = RegisteredMembers.of(exec);
    return registered != null && !registered.isEmpty();
  }

  private boolean mayRun(RedisCommand<?, ?, ?> exec) {
    if (Calls.isDone(TransactionPart.callers(exec))) {
      return false;
    }
    Collection<?> registered = RegisteredMembers.of(exec);
    return registered == null
        || registered.isEmpty() // of a MULTI that it does not know, or has given up since
        || (registered.size() == members.size()
            && registered.iterator().next() == asRegistered(members.get(0)));
  }

  private static @Nullable Object asRegistered(RedisCommand<?, ?, ?> member) {
    return member instanceof TransactionalCommand
        ? member
        : CommandWrapper.unwrap(member, TransactionalCommand.class);
  }

  /**
   * Whether a command of no transaction, issued within this one, tells that the end of this one was
   * left out, or will not be issued. Lettuce registers all that is issued before the end, unless it
   * has forgotten the transaction: when its {@code MULTI} fails, as when that times out after it
   * was sent, or that of one before it.
   */
  private boolean endIsMissing(CommandKind kind, RedisCommand<?, ?, ?> command) {
    RedisCommand<?, ?, ?> begun = multi;
    if (begun == null
        || nested
        || kind == CommandKind.MULTI
        || kind == CommandKind.WATCH
        || kind.endsTransaction()
        || Calls.isMember(command)
        || !guarded.session().insideTransaction()) {
      return false;
    }
    return Calls.isRegistered(begun);
  }

  /**
   * @param exec whose caller is told; null if there is none
   */
  private boolean discard(@Nullable RedisCommand<?, ?, ?> exec) {
    boolean sent =
        handDown.pass(CommandKind.DISCARD, new DiscardCommand(exec, members, guarded.meters()));
    if (sent) {
      over();
    }
    return sent;
  }

  /** A part without its beginning. */
  private boolean turnBack(RedisCommand<?, ?, ?> part) {
    if (Calls.isDone(part)) {
      guarded.meters().timedOut(1);
    } else {
      DiscardCommand.refuse(part, guarded.meters());
    }
    return false;
  }
}
