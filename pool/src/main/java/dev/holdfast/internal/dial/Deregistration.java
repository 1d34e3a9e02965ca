package dev.holdfast.internal.dial;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Takes a channel off its event loop and back, unseen by the handlers behind: while its descriptor
 * is not polled, Netty does not close the channel because a dial on it was refused. Confined to the
 * event loop.
 */
final class Deregistration {

  private enum Place {
    ON_LOOP,
    LEAVING,
    AWAY,
    RETURNING
  }

  private final ChannelHandlerContext ctx;
  private Place place = Place.ON_LOOP;
  private @Nullable Runnable next;

  Deregistration(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  void leave(Runnable then) {
    place = Place.LEAVING;
    next = then;
    ctx.deregister();
  }

  /** Also while the channel is still leaving; replaces what was to follow. */
  void comeBack(Runnable then) {
    switch (place) {
      case ON_LOOP -> then.run();
      case LEAVING -> next = () -> comeBack(then);
      case RETURNING -> next = then;
      case AWAY -> {
        place = Place.RETURNING;
        next = then;
        ctx.channel()
            .eventLoop()
            .register(ctx.channel())
            .addListener((ChannelFutureListener) this::mayHaveFailed);
      }
    }
  }

  /** Netty has closed the channel then; only the promise is left to be told. */
  private void mayHaveFailed(ChannelFuture registered) {
    if (!registered.isSuccess()) {
      arrived(Place.ON_LOOP);
    }
  }

  /** Whether the event is the deregistration's own, to be kept from other handlers. */
  boolean unregistered() {
    if (place != Place.LEAVING) {
      return false;
    }
    arrived(Place.AWAY);
    return true;
  }

  /** Whether the event is the deregistration's own, to be kept from other handlers. */
  boolean registered() {
    if (place != Place.RETURNING) {
      return false;
    }
    arrived(Place.ON_LOOP);
    return true;
  }

  private void arrived(Place here) {
    place = here;
    Runnable then = next;
    next = null;
    if (then != null) {
      then.run();
    }
  }
}
