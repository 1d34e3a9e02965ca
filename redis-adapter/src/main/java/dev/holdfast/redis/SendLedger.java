package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One promise for all writes of a channel: counts the requests handed down and the requests the
 * kernel took whole. Both happen in order, so the difference, at the channel's end, is exactly the
 * number of requests at the tail that were never sent.
 *
 * <p>It stands in for each request's own promise from Lettuce's command handler down. Lettuce's
 * write listener would otherwise put a request that failed to leave back into the queue behind
 * newer ones.
 *
 * <p>Says it is void where only Lettuce's handlers lie below the guard, which spares the command
 * handler a listener for each request. A handler that batches, as TLS does, completes no void
 * promise; with any other handler below it is an ordinary promise. Confined to the event loop.
 */
final class SendLedger extends DefaultChannelPromise {

  private record Waiting(
      long request, GenericFutureListener<? extends Future<? super Void>> listener) {}

  /** The sizes of so many requests, the latest, are remembered, 16 bits each. */
  private static final int REMEMBERED = 8;

  private static final int LARGE = 0xFFFF;

  private final Consumer<Throwable> onFailure;

  private long handedDown;
  private long bytes;
  private long sizes;
  private long earlierSizes;
  private byte sized;
  private boolean sizing;
  private boolean apart;
  private byte unreached;

  private long taken;
  private boolean writing;
  private @Nullable Throwable refusal;
  private @Nullable ArrayDeque<Waiting> waiting;

  private boolean onlyLettuceBelow;

  /**
   * @param onFailure hears why a request was not taken
   */
  SendLedger(Channel channel, Consumer<Throwable> onFailure) {
    super(channel);
    this.onFailure = onFailure;
  }

  /** Looks at the pipeline below Lettuce's command handler, once it is complete. */
  void inspect(ChannelPipeline pipeline) {
    boolean lettuces = true;
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      if (entry.getValue() instanceof CommandHandler) {
        break;
      }
      String name = entry.getValue().getClass().getName();
      lettuces &= name.startsWith("io.lettuce.core.") || name.startsWith("dev.holdfast.");
    }
    onlyLettuceBelow = lettuces;
  }

  @Override
  public boolean isVoid() {
    return onlyLettuceBelow;
  }

  @Override
  public ChannelPromise unvoid() {
    if (!onlyLettuceBelow) {
      return this;
    }
    ChannelPromise own = new DefaultChannelPromise(channel());
    own.addListener(
        sent -> {
          if (sent.isSuccess()) {
            trySuccess();
          } else {
            tryFailure(sent.cause());
          }
        });
    return own;
  }

  /** Counts a request in; call right before it is written. */
  void handDown() {
    handedDown++;
    writing = true;
    sizing = false;
    refusal = null;
  }

  /**
   * Call right after it was written.
   *
   * @return why it failed at once, before it came to the kernel; null if it did not
   */
  @Nullable Throwable handedDown() {
    writing = false;
    return refusal;
  }

  /** The request just written was refused and is nobody's any more. */
  void strike() {
    handedDown--;
  }

  /** Bytes went to the transport: while a request is being written, that request. */
  void wrote(int length) {
    bytes += length;
    if (writing && !sizing) {
      earlierSizes = earlierSizes << 16 | sizes >>> 48;
      sizes = sizes << 16 | Math.min(length, LARGE);
      sized = (byte) Math.min(sized + 1, REMEMBERED);
      sizing = true;
    } else {
      apart |= handedDown > 0; // bytes that belong to no request, or to one that has some already
    }
  }

  /**
   * The peer has closed, and its kernel had taken in so many bytes: it cannot have run what lies
   * beyond. No more is said than is certain, and of the latest eight requests at most.
   *
   * @param acknowledged bytes, or a few more; zero if unknown
   */
  void peerClosed(long acknowledged) {
    if (!onlyLettuceBelow || apart || acknowledged <= 0) {
      return;
    }
    long end = bytes;
    long left = sizes;
    long earlier = earlierSizes;
    while (unreached < sized && end > acknowledged) {
      unreached++;
      int size = (int) left & LARGE;
      if (size == LARGE) {
        return; // how large is not known
      }
      end -= size;
      left = left >>> 16 | earlier << 48;
      earlier >>>= 16;
    }
  }

  /** Requests that the kernel has not taken whole, or that never came to the peer's. */
  long unsent() {
    return Math.max(untaken(), unreached);
  }

  /** Requests that the kernel has not taken whole. */
  long untaken() {
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
    if (writing) {
      refusal = cause; // those before it are still on their way
      notifyLatest(cause);
    } else {
      notifyUpTo(handedDown, cause);
    }
    onFailure.accept(cause);
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

  /**
   * A handler below, the user's for example, waits for the request now being written. Lettuce's own
   * listener is left out: it would take a request that did not leave off the stack of unanswered
   * ones, where the guard looks for it.
   */
  @Override
  public ChannelPromise addListener(
      GenericFutureListener<? extends Future<? super Void>> listener) {
    if (listener.getClass().getEnclosingClass() == CommandHandler.class) {
      return this;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.add(new Waiting(handedDown, listener));
    return this;
  }

  private void notifyUpTo(long request, @Nullable Throwable cause) {
    ArrayDeque<Waiting> queue = waiting;
    while (queue != null && !queue.isEmpty() && queue.peek().request() <= request) {
      tell(queue.poll(), cause);
    }
  }

  private void notifyLatest(Throwable cause) {
    ArrayDeque<Waiting> queue = waiting;
    while (queue != null && !queue.isEmpty() && queue.peekLast().request() == handedDown) {
      tell(queue.pollLast(), cause);
    }
  }

  private void tell(Waiting next, @Nullable Throwable cause) {
    var outcome = cause == null ? channel().newSucceededFuture() : channel().newFailedFuture(cause);
    outcome.addListener(next.listener());
  }
}
