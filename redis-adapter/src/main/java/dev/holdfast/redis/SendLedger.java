package dev.holdfast.redis;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One promise for all writes of a channel: counts the requests handed down and the requests the
 * kernel took whole. Both happen in order, so the difference, at the channel's end, is exactly the
 * number of requests at the tail that were never sent.
 *
 * <p>It stands in for each request's own promise below Lettuce's command handler. Lettuce's write
 * listener would otherwise put a request that failed to leave back into the queue behind newer
 * ones. Confined to the event loop.
 */
final class SendLedger extends DefaultChannelPromise {

  private record Waiting(
      long request, GenericFutureListener<? extends Future<? super Void>> listener) {}

  private long handedDown;
  private long taken;
  private @Nullable Throwable refusal;
  private @Nullable ArrayDeque<Waiting> waiting;

  SendLedger(Channel channel) {
    super(channel);
  }

  /** Counts a request in; call right before it is written. */
  void handDown() {
    handedDown++;
    refusal = null;
  }

  /** The failure of the request just written, if it failed at once, while being encoded. */
  @Nullable Throwable refusal() {
    return refusal;
  }

  /** The request just written was refused and is nobody's any more. */
  void strike() {
    handedDown--;
  }

  long unsent() {
    return handedDown - taken;
  }

  long handedDownSoFar() {
    return handedDown;
  }

  @Override
  public boolean trySuccess(Void result) {
    return trySuccess();
  }

  @Override
  public boolean trySuccess() {
    taken++;
    notifyUpTo(taken, null);
    return true;
  }

  @Override
  public ChannelPromise setSuccess(Void result) {
    trySuccess();
    return this;
  }

  @Override
  public ChannelPromise setSuccess() {
    trySuccess();
    return this;
  }

  @Override
  public boolean tryFailure(Throwable cause) {
    refusal = cause;
    notifyUpTo(handedDown, cause);
    return true;
  }

  @Override
  public ChannelPromise setFailure(Throwable cause) {
    tryFailure(cause);
    return this;
  }

  @Override
  public boolean setUncancellable() {
    return true;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return false;
  }

  /** A handler below, the user's for example, waits for the request now being written. */
  @Override
  public ChannelPromise addListener(
      GenericFutureListener<? extends Future<? super Void>> listener) {
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.add(new Waiting(handedDown, listener));
    return this;
  }

  private void notifyUpTo(long request, @Nullable Throwable cause) {
    ArrayDeque<Waiting> queue = waiting;
    while (queue != null && !queue.isEmpty() && queue.peek().request() <= request) {
      Waiting next = queue.poll();
      var outcome =
          cause == null ? channel().newSucceededFuture() : channel().newFailedFuture(cause);
      outcome.addListener(next.listener());
    }
  }
}
