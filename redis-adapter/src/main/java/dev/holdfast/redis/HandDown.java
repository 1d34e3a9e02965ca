package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Hands commands from the guard down to Lettuce's command handler, past whatever handlers others
 * have put between. Confined to the event loop.
 */
final class HandDown {

  private final GuardedChannel guarded;
  private final ChannelHandlerContext below;
  private @Nullable ChannelHandlerContext here;

  /**
   * @param below the context of Lettuce's command handler
   */
  HandDown(GuardedChannel guarded, ChannelHandlerContext below) {
    this.guarded = guarded;
    this.below = below;
  }

  /** Where the guard stands, from which commands go down. */
  void standsAt(ChannelHandlerContext ctx) {
    here = ctx;
  }

  /**
   * A command of the user's.
   *
   * @return whether it went down; not if its caller has gone, or if it was refused there
   */
  boolean pass(CommandKind kind, RedisCommand<?, ?, ?> command) {
    ChannelHandlerContext from = here;
    if (from == null) {
      return false; // no handler is written to before it was added
    }
    RedisCommand<?, ?, ?> sent = command;
    if (Calls.isDone(command)) {
      if (!holdsAPlace(kind, command)) {
        guarded.meters().timedOut(1);
        return false;
      }
      sent = TransactionPart.of(command);
    }
    SendLedger ledger = guarded.ledger();
    int waiting = guarded.stack().size();
    ledger.handDown();
    from.write(sent, ledger);
    Throwable refusal = ledger.handedDown();
    if (refusal != null && !WireFailure.ofWrite(refusal)) {
      takeBack(sent, refusal);
      return false;
    }
    int added = guarded.stack().size() - waiting;
    if (added == 0 && Calls.isDone(sent)) { // gone since
      return holdsAPlace(kind, command) && pass(kind, TransactionPart.of(command));
    }
    guarded.countHandedDown(Math.max(1, added)); // a handler between may still keep it
    guarded.session().handedDown(kind, sent, guarded.handedDown());
    return true;
  }

  /**
   * Left out of a transaction that has begun, it would shift the answers of the others; and a
   * transaction may follow that relies on what its caller was to watch.
   */
  private boolean holdsAPlace(CommandKind kind, RedisCommand<?, ?, ?> command) {
    return guarded.session().insideTransaction()
        ? Calls.isMember(command) || kind.endsTransaction()
        : kind == CommandKind.WATCH;
  }

  /**
   * It failed before the socket saw it: an encoder, a handler of the user's, Lettuce's own bound.
   * On every connection it would again.
   */
  private void takeBack(RedisCommand<?, ?, ?> command, Throwable refusal) {
    guarded.ledger().strike();
    guarded.stack().removeIf(waiting -> isSame(waiting, command));
    guarded.refused(refusal);
    if (guarded.channel().isActive()) {
      Calls.fail(command, refusal);
    } else {
      failOnceInactive(command, refusal);
    }
  }

  /**
   * Lettuce's encoder has closed the channel over it, and the pipeline has yet to hear of that: its
   * caller is told afterwards, or he would find a connection that is open still and takes nothing.
   */
  private void failOnceInactive(RedisCommand<?, ?, ?> command, Throwable refusal) {
    try {
      guarded.channel().eventLoop().execute(() -> Calls.fail(command, refusal));
    } catch (RejectedExecutionException shutDown) {
      Calls.fail(command, refusal);
    }
  }

  /** Lettuce may have wrapped the command to measure its latency. */
  private static boolean isSame(RedisCommand<?, ?, ?> waiting, RedisCommand<?, ?, ?> command) {
    return CommandWrapper.unwrap(waiting) == CommandWrapper.unwrap(command);
  }

  /**
   * A command of the guard's own, which is nobody's business but Lettuce's command handler's.
   *
   * @return whether it went down
   */
  boolean ping(ProbeCommand ping) {
    SendLedger ledger = guarded.ledger();
    CommandHandler handler = guarded.commandHandler();
    ledger.handDown();
    Throwable refusal;
    try {
      handler.write(below, ping, ledger);
      refusal = ledger.handedDown();
    } catch (Exception thrown) {
      ledger.handedDown();
      refusal = thrown;
    }
    if (refusal != null && !WireFailure.ofWrite(refusal)) {
      takeBack(ping, refusal);
      return false;
    }
    guarded.countHandedDown(1);
    below.flush();
    return true;
  }

  void flush() {
    ChannelHandlerContext from = here;
    if (from != null) {
      from.flush();
    }
  }
}
