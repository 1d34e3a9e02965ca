package dev.holdfast.redis;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.util.AttributeKey;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One dial of a pool, so that it can be ended with the pool or with the client that dials. {@code
 * RedisClient.connect()} waits without a timeout for a future that nobody completes any more once
 * the client's event loops have ended. Thread-safe.
 */
final class PoolDial {

  private static final AttributeKey<PoolDial> KEY = AttributeKey.valueOf(PoolDial.class, "DIAL");
  private static final ThreadLocal<@Nullable PoolDial> CURRENT = new ThreadLocal<>();

  private @Nullable Thread waiting;
  private @Nullable EventLoopGroup group;
  private @Nullable Channel channel;
  private boolean over;
  private boolean givenUp;
  private boolean interrupted;

  /** Asks for the connection; while this thread waits for it, the dial can end the wait. */
  <T> T begin(Supplier<T> supplier) {
    synchronized (this) {
      waiting = Thread.currentThread();
    }
    CURRENT.set(this);
    try {
      return supplier.get();
    } finally {
      CURRENT.remove();
      synchronized (this) {
        waiting = null;
        if (interrupted) {
          Thread.interrupted(); // it was meant for the wait alone
        }
      }
    }
  }

  /** Lettuce is about to dial on this thread; if it does so for a pool, the channel is to know. */
  static void dials(Bootstrap bootstrap) {
    PoolDial dial = CURRENT.get();
    if (dial != null) {
      bootstrap.attr(KEY, dial);
      dial.dialsOn(bootstrap.config().group());
    }
  }

  private synchronized void dialsOn(@Nullable EventLoopGroup loops) {
    group = loops;
  }

  /** A channel was made; also one that replaces the first, long after the dial is over. */
  static void dials(Channel made) {
    PoolDial dial = made.attr(KEY).get();
    if (dial != null) {
      dial.dialsOn(made);
    }
  }

  private synchronized void dialsOn(Channel made) {
    if (givenUp) {
      made.close();
    } else if (!over) {
      channel = made;
    }
  }

  /** It has come to its end, whichever. */
  synchronized void over() {
    over = true;
    channel = null;
    group = null;
  }

  /** Nobody wants the connection any more. */
  synchronized void giveUp() {
    if (over) {
      return;
    }
    givenUp = true;
    if (channel != null) {
      channel.close(); // Lettuce then fails the connect itself
    }
  }

  /** Event loops have ended: what was dialled on them is never answered. */
  synchronized void ended(EventLoopGroup loops) {
    if (waiting != null && group == loops) {
      interrupted = true;
      waiting.interrupt();
    }
  }
}
