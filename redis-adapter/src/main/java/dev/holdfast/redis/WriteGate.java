package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.path.IdleZone;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.retry.ReplaySafety;
import dev.holdfast.wire.WireJudge;
import dev.holdfast.wire.WireVerdict;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between Lettuce's endpoint and its command handler: every command of the user passes here
 * before it counts as written. Holds commands while the path is proved or the connection is being
 * replaced, in the order they came; refuses what must not run on this connection.
 */
final class WriteGate extends ChannelDuplexHandler {

  private record Held(RedisCommand<?, ?, ?> command, ChannelPromise promise) {}

  private final GuardedChannel guarded;
  private final ChannelHandlerContext below;
  private final PathProof proof;
  private final PathWatch watch;
  private final ArrayDeque<Held> held = new ArrayDeque<>(0);

  private long heldSinceNanos;

  /**
   * @param below the context of Lettuce's command handler
   */
  WriteGate(GuardedChannel guarded, ChannelHandlerContext below) {
    this.guarded = guarded;
    this.below = below;
    this.proof = new PathProof(guarded, this::ping, this::release);
    this.watch = new PathWatch(guarded, proof::beginInBackground);
  }

  /** The channel carries the user's commands from now on. */
  void start() {
    guarded.passesThrough(this);
    watch.start();
  }

  /** Pings no more while the connection is idle. */
  void stopWatching() {
    watch.stop();
  }

  /** Whether commands wait here. */
  boolean holds() {
    return !held.isEmpty();
  }

  /** Asks the server on behalf of a pool, while nobody else uses the connection. */
  void prove(Consumer<WireVerdict> asker) {
    if (!guarded.open()) {
      asker.accept(PathProof.lost(guarded));
      return;
    }
    proof.tell(asker);
    if (!proof.pending()) {
      proof.beginInBackground();
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (!guarded.ready()) {
      noteHandshake(msg);
      ctx.write(msg, promise);
    } else if (msg instanceof RedisCommand<?, ?, ?> command) {
      admit(command, promise);
    } else if (msg instanceof Collection<?> batch) {
      for (Object element : batch) {
        admit((RedisCommand<?, ?, ?>) element, ctx.newPromise());
      }
      promise.trySuccess();
    } else {
      ctx.write(msg, promise);
    }
  }

  private void noteHandshake(Object msg) {
    if (msg instanceof RedisCommand<?, ?, ?> command) {
      guarded.endpoint().residues().shakenHands(command);
    } else if (msg instanceof Collection<?> batch) {
      batch.forEach(this::noteHandshake);
    }
  }

  /** Lettuce's command handler is through with the channel, its watchdog has not heard yet. */
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    guarded.endpoint().release(guarded);
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ConnectionEvents.Reset) {
      takeHeld(
          (command, promise) -> {
            command.cancel();
            promise.trySuccess(); // or Lettuce would count it as queued for ever
          });
    }
    super.userEventTriggered(ctx, event);
  }

  private void admit(RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    CommandKind kind = CommandKind.of(command);
    NotExecutedException refusal = refusal(kind, command);
    if (refusal != null) {
      if (kind == CommandKind.MULTI) {
        LostMulti.answer(command);
      } else {
        command.completeExceptionally(refusal);
      }
      promise.trySuccess();
    } else if (mayPass(command)) {
      pass(kind, command, promise);
    } else {
      hold(command, promise);
    }
  }

  private @Nullable NotExecutedException refusal(CommandKind kind, RedisCommand<?, ?, ?> command) {
    LostCalls.Broken broken = guarded.endpoint().broken();
    if (broken != LostCalls.Broken.NOTHING && belongsToBroken(broken, kind)) {
      guarded.meters().notExecuted(Refusal.TRANSACTION.tag());
      return new NotExecutedException(
          command.getType().toString(),
          "its transaction, or the WATCH before it, was lost with the previous connection; repeat"
              + " the whole transaction");
    }
    if (kind != CommandKind.PLAIN && guarded.endpoint().shared() && kind.blocks(command)) {
      guarded.meters().notExecuted(Refusal.BLOCKING.tag());
      return new NotExecutedException(
          command.getType().toString(),
          "it blocks, and this connection was declared shared: every other caller would wait behind"
              + " it; use a connection of its own");
    }
    return null;
  }

  private boolean belongsToBroken(LostCalls.Broken broken, CommandKind kind) {
    EndpointState endpoint = guarded.endpoint();
    boolean ends = kind == CommandKind.EXEC || kind == CommandKind.DISCARD;
    if (broken == LostCalls.Broken.TRANSACTION) {
      if (ends) {
        endpoint.leaveBroken(LostCalls.Broken.NOTHING);
      }
      return true;
    }
    if (kind == CommandKind.MULTI) {
      endpoint.leaveBroken(LostCalls.Broken.TRANSACTION);
      return true;
    }
    if (ends || kind == CommandKind.UNWATCH) {
      endpoint.leaveBroken(LostCalls.Broken.NOTHING);
    }
    return false;
  }

  private boolean mayPass(RedisCommand<?, ?, ?> command) {
    if (!held.isEmpty() || !guarded.open()) {
      return false;
    }
    if (proof.pending()) {
      return !proof.holdsAll() && CommandSafety.of(command) == ReplaySafety.SAFE;
    }
    if (!guarded.stack().isEmpty()) {
      return true;
    }
    long now = System.nanoTime();
    if (guarded.clocks().sincePayload(now) < guarded.settings().probeAfter().toNanos()) {
      guarded.clocks().requested(now);
      return true;
    }
    return mayPassAfterIdle(command, now);
  }

  private boolean mayPassAfterIdle(RedisCommand<?, ?, ?> command, long now) {
    long idle = guarded.clocks().sincePayload(now);
    IdleZone zone = guarded.settings().plan().zone(idle, guarded.clocks().sinceRequest(now));
    if (zone == IdleZone.EXPIRED) {
      guarded.condemn(Cause.IDLE_LIMIT, "idle for %d ms".formatted(idle / 1_000_000));
      return false;
    }
    WireVerdict verdict = WireJudge.idle(guarded.snapshot(now));
    if (verdict instanceof WireVerdict.Dead dead) {
      guarded.condemn(dead.cause(), dead.evidence());
      return false;
    }
    boolean holdAll =
        zone == IdleZone.WARN
            || verdict instanceof WireVerdict.Suspect
            || guarded.suspect(now)
            || guarded.idleLimit().isPast(idle);
    proof.begin(holdAll);
    return !holdAll && CommandSafety.of(command) == ReplaySafety.SAFE;
  }

  private void pass(CommandKind kind, RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    guarded.session().handedDown(kind, command);
    if (guarded.endpoint().pooled() != null) {
      guarded.endpoint().residues().handedDown(command);
    }
    handDown(command);
    promise.trySuccess();
    watch.onRequest();
  }

  /**
   * Calls Lettuce's handler as Netty would, which then need not look for it: on a pipelined
   * connection that search is most of what a handler costs. The channel is open here, so the
   * handler is still in the pipeline.
   */
  private void handDown(RedisCommand<?, ?, ?> command) {
    SendLedger ledger = guarded.ledger();
    ledger.handDown();
    Throwable refusal;
    try {
      guarded.commandHandler().write(below, command, ledger);
      refusal = ledger.refusal();
    } catch (Exception thrown) {
      refusal = thrown;
    }
    // An I/O failure means that it did not leave: it stays on the stack, to be moved. Anything
    // else,
    // an encoder's above all, would fail again on every connection it is moved to.
    if (refusal != null && !(refusal instanceof IOException)) {
      ledger.strike();
      guarded.stack().removeIf(waiting -> isSame(waiting, command));
      command.completeExceptionally(refusal);
    }
  }

  /** Lettuce may have wrapped the command to measure its latency. */
  private static boolean isSame(RedisCommand<?, ?, ?> waiting, RedisCommand<?, ?, ?> command) {
    return CommandWrapper.unwrap(waiting) == CommandWrapper.unwrap(command);
  }

  private void hold(RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    int limit = guarded.settings().heldLimit();
    if (held.size() >= limit) {
      guarded.meters().notExecuted(Refusal.HELD_FULL.tag());
      command.completeExceptionally(
          new NotExecutedException(
              command.getType().toString(),
              ("%d commands already wait for a usable connection, the guard's heldLimit; slow down"
                      + " or raise heldLimit")
                  .formatted(limit)));
      promise.trySuccess();
      return;
    }
    if (held.isEmpty()) {
      heldSinceNanos = System.nanoTime();
    }
    held.add(new Held(command, promise));
    if (proof.pending()) {
      proof.callerWaits();
    }
  }

  private void release() {
    if (held.isEmpty() || !guarded.open()) {
      return;
    }
    guarded.meters().held(System.nanoTime() - heldSinceNanos);
    guarded.clocks().requested(System.nanoTime());
    takeHeld((command, promise) -> pass(CommandKind.of(command), command, promise));
    below.flush();
  }

  /** Hands the held commands over, oldest first; none is held afterwards. */
  void takeHeld(BiConsumer<RedisCommand<?, ?, ?>, ChannelPromise> taker) {
    for (Held next = held.poll(); next != null; next = held.poll()) {
      taker.accept(next.command(), next.promise());
    }
  }

  /** The channel is gone: takes the held commands, whose promises Lettuce need not hear of. */
  void drainInto(Collection<RedisCommand<?, ?, ?>> commands) {
    proof.abandon();
    if (!held.isEmpty()) {
      guarded.meters().held(System.nanoTime() - heldSinceNanos);
    }
    takeHeld(
        (command, promise) -> {
          commands.add(command);
          promise.trySuccess();
        });
  }

  private void ping(ProbeCommand ping) {
    handDown(ping);
    watch.onRequest();
    below.flush();
  }
}
