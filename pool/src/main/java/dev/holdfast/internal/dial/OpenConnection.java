package dev.holdfast.internal.dial;

import dev.holdfast.gate.Closer;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.gate.Worth;
import dev.holdfast.internal.metrics.Guarded;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;

/**
 * What the gate's books hold of a connection that is up: the permit, and who is about to close it.
 * All that is left of its connect. Confined to the channel's event loop.
 */
final class OpenConnection implements ChannelFutureListener {

  private final Permit permit;
  private Closer closer;

  OpenConnection(Permit permit, Closer closer) {
    this.permit = permit;
    this.closer = closer;
  }

  /** The channel is closed here; unless it is broken already, this side is the first to. */
  void closedHere(Channel channel) {
    closer = closedHere(closer, channel);
  }

  static Closer closedHere(Closer before, Channel channel) {
    if (before != Closer.REMOTE) {
      return before;
    }
    return lingersNot(channel) ? Closer.ABORT : Closer.LOCAL;
  }

  private static boolean lingersNot(Channel channel) {
    try {
      return Integer.valueOf(0).equals(channel.config().getOption(ChannelOption.SO_LINGER));
    } catch (ChannelException alreadyClosed) {
      return false;
    }
  }

  /** The kernel has reported the connection's end as an error: no {@code TIME_WAIT} is left. */
  void broken() {
    closer = Closer.RESET;
  }

  /** Nobody will say who closes: the port is supposed to be held. */
  void unobserved() {
    closer = Closer.LOCAL;
  }

  /** What it is good for has shown. */
  void turnedOut(Worth worth) {
    Guarded.run(GateVisit.GATE, worth == Worth.OF_USE ? permit::ofUse : permit::ofNoUse);
  }

  /** The channel is closed. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    Guarded.run(GateVisit.GATE, () -> permit.closed(closer));
  }
}
