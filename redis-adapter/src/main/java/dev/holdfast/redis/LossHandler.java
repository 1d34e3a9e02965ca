package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.Decline;
import dev.holdfast.internal.gate.Worth;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.ConnectionWatchdog;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the wire and Lettuce's command handler: hears of every death before Lettuce does,
 * and settles the commands left behind.
 */
final class LossHandler extends ChannelDuplexHandler implements ChannelFutureListener {

  private final GuardedChannel guarded;
  private final WriteGate gate;
  private final LossSettlement settlement;
  private final ReconnectPace pace;

  private PartialReplies.@Nullable Mark mark;
  private boolean answeredInPart;
  private boolean answersInOrder;
  private boolean ofUse;
  private boolean closedHere;
  private boolean surplus;
  private boolean handshakeDropped;

  LossHandler(GuardedChannel guarded, WriteGate gate, LossSettlement settlement) {
    this.guarded = guarded;
    this.gate = gate;
    this.settlement = settlement;
    this.pace = new ReconnectPace(guarded);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().closeFuture().addListener(this);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (handshakeDropped) {
      return; // Lettuce takes an optional command that fails for the end of its handshake
    }
    pace.begin();
    if (!guarded.endpoint().adopt(guarded)) {
      surplus = true;
      ctx.close();
      return;
    }
    mark = PartialReplies.onThisEventLoop();
    answersInOrder = guarded.commandHandler().getClass() == CommandHandler.class;
    // What the server said before it reset the connection is read before anything is given up.
    ctx.channel().config().setAutoClose(false);
    guarded.becomeReady();
    guarded.ledger().inspect(ctx.pipeline());
    WireHandler.start(ctx);
    gate.start();
    LostSession lost = settlement.sessions().of(guarded.endpoint());
    if (lost == null) {
      activate(ctx);
    } else {
      gate.restore(settlement.sessions().restore(guarded.endpoint(), lost), () -> activate(ctx));
    }
  }

  private void activate(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
    guarded.beginMaintenance();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    guarded.clocks().read(System.nanoTime());
    if (msg instanceof ByteBuf read) {
      guarded.received(read.readableBytes());
    }
    PartialReplies.Mark reading = mark;
    if (reading == null) {
      readHandshake(ctx, msg);
      return;
    }
    reading.partial = false;
    reading.left = 0;
    reading.ours = 0;
    reading.options = null;
    reading.gate = answersInOrder ? gate : null;
    if (answersInOrder
        && !answeredInPart
        && msg instanceof ByteBuf read
        && Decline.mayBegin(read)) {
      gate.expectDecline();
    }
    int gone = Calls.goneAtHead(guarded.stack());
    long answered = guarded.answered();
    ctx.fireChannelRead(msg);
    reading.gate = null;
    count(guarded.answered() - answered, gone, reading.ours);
    guarded.heard();
    if (!ofUse && guarded.answered() > 0) {
      ofUse = true;
      ctx.pipeline().fireUserEventTriggered(Worth.OF_USE);
    }
    answeredInPart = reading.partial;
    learnOptions(reading);
    if (reading.left > 0
        && guarded.stack().isEmpty()
        && answersInOrder
        && guarded.session().answersOnly()) {
      guarded.condemn(
          Cause.UNSOLICITED_INPUT, "%d bytes answer no command".formatted(reading.left));
    }
    gate.read();
  }

  /** What the client's options say is known before the first command is answered. */
  private void readHandshake(ChannelHandlerContext ctx, Object msg) {
    PartialReplies.Mark reading = PartialReplies.onThisEventLoop();
    reading.options = null;
    ctx.fireChannelRead(msg);
    learnOptions(reading);
  }

  private void learnOptions(PartialReplies.Mark reading) {
    PartialReplies options = reading.options;
    if (options != null) {
      guarded.options(options.bounded(), options.rejects());
    }
  }

  /** Answers come in the order of the stack, so the callers gone at its head are the first. */
  private void count(long answered, int gone, int ours) {
    if (answered > ours) {
      guarded.meters().called(answered - ours);
      guarded.meters().timedOut((int) Math.min(gone, answered));
    }
  }

  /** A write failed and no other can follow; what has arrived can still be read. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelOutputShutdownEvent && guarded.ready()) {
      guarded.closeOnceRead();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    closedHere = true;
    ctx.close(promise);
  }

  /**
   * Lettuce's handler would fail the oldest command with the raw error, whatever it is, and, while
   * a reconnect is under way, every command issued meanwhile. The channel closes by itself after an
   * I/O error; what it leaves behind is settled then. What a handler of the user's throws is the
   * user's, as without the guard.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!guarded.cameFromTheWire(cause)) {
      guarded.refused(cause);
      ctx.fireExceptionCaught(cause);
      return;
    }
    if (ctx.channel().isOpen()) {
      guarded.dies(cause);
      ctx.close();
    }
  }

  /** The channel is closed. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    if (guarded.ready()) {
      letWritersFinish();
    } else if (closed.channel().remoteAddress() == null && !closedByUser()) {
      guarded.endpoint().attemptFailed(); // a failed handshake would have an address
    }
  }

  /**
   * Runs when the socket is closed and before the pipeline hears of it. A thread may at this moment
   * have found the channel active and not yet have queued its write; the command it issues next
   * goes to Lettuce's buffer of disconnected commands, and the first would follow behind it. {@code
   * notifyDrainQueuedCommands} takes the endpoint's exclusive lock, which waits for such threads;
   * their writes then reach {@link WriteGate} before the channel's end does, and stay in order. The
   * lock may be taken from inside a write of this very thread.
   */
  private void letWritersFinish() {
    guarded.session().end();
    List<RedisCommand<?, ?, ?>> unanswered = new ArrayList<>(guarded.stack());
    guarded.stack().clear();
    try {
      endpoint().notifyDrainQueuedCommands(guarded.commandHandler());
    } finally {
      guarded.stack().addAll(unanswered);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (surplus) {
      return; // Lettuce never heard that it was active
    }
    boolean ofNoUse = pace.ofNoUse();
    try {
      leave(ctx);
      leaveToThePool(ctx);
    } finally {
      pace.fireInactive(ctx, ofNoUse); // or Lettuce would never reconnect
    }
  }

  /** The pool closes an idle connection that died, and opens another if one is needed. */
  private void leaveToThePool(ChannelHandlerContext ctx) {
    PooledConnection<?, ?> pooled = guarded.endpoint().pooled();
    ConnectionWatchdog watchdog = ctx.pipeline().get(ConnectionWatchdog.class);
    if (pooled != null && pooled.abandoned() && watchdog != null) {
      watchdog.setListenOnChannelInactive(false);
    }
  }

  private void leave(ChannelHandlerContext ctx) {
    if (guarded.ready()) {
      guarded.leave();
      if (closedByUser() && !diedInThePool()) {
        guarded.session().end();
        guarded.endpoint().died(Cause.LOCAL_CLOSE);
        guarded.meters().called(guarded.stack().size());
        gate.drainInto(guarded.stack()); // the user closed the connection: Lettuce fails them all
      } else {
        guarded.ends(closedHere);
        if (guarded.leftUnanswered() && endedByPeer()) {
          ctx.pipeline().fireUserEventTriggered(Worth.OF_NO_USE);
        }
        settlement.settle(gate, answeredInPart);
      }
    } else {
      dropHandshake();
    }
  }

  private boolean endedByPeer() {
    Cause cause = guarded.causeOfDeath();
    return cause == Cause.PEER_CLOSED || cause == Cause.PEER_RESET;
  }

  /** Left in the stack they would be sent to the next connection, after its own handshake. */
  private void dropHandshake() {
    handshakeDropped = true;
    for (RedisCommand<?, ?, ?> command : guarded.stack()) {
      command.cancel();
    }
    guarded.stack().clear();
  }

  /** The pool was told of the death before Lettuce, and may have closed the rest by now. */
  private boolean diedInThePool() {
    PooledConnection<?, ?> pooled = guarded.endpoint().pooled();
    return guarded.death() != null && pooled != null && pooled.abandoned();
  }

  private boolean closedByUser() {
    return endpoint() instanceof DefaultEndpoint endpoint && endpoint.isClosed();
  }

  private Endpoint endpoint() {
    return guarded.commandHandler().getEndpoint();
  }
}
