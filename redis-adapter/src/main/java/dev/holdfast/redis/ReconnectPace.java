package dev.holdfast.redis;

import dev.holdfast.retry.BackOff;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a server which accepts connections and ends each at once is not dialled in a
 * loop. Lettuce counts such a connect as a success and begins its back-off anew. Here a connection
 * that ended within a second, or before it had answered anything, counts as one that failed.
 * Confined to the channel's event loop, where Lettuce's watchdog hears of the end and asks for the
 * timer in the same call.
 */
final class ReconnectPace {

  /** Bare, the wheel timer lets a connection be dialled ten times a second. */
  static final BackOff WAITS = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(1), 2, 0.5);

  private static final long OF_USE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST = 30;
  private static final FastThreadLocal<@Nullable Long> LEAST_MILLIS = new FastThreadLocal<>();

  private final GuardedChannel guarded;
  private long connectedAt;

  ReconnectPace(GuardedChannel guarded) {
    this.guarded = guarded;
  }

  /** How long the reconnect that is asked for on this thread has to wait at least. */
  static long leastMillis() {
    Long least = LEAST_MILLIS.getIfExists();
    return least == null ? 0 : least;
  }

  /** The channel is active, from now on. */
  void begin() {
    connectedAt = System.nanoTime();
  }

  /** Before anything of the channel's end is settled: whether it was of no use. */
  boolean ofNoUse() {
    return guarded.leftUnanswered() || System.nanoTime() - connectedAt < OF_USE_NANOS;
  }

  /**
   * Tells the handlers behind of the end.
   *
   * @param ofNoUse see {@link #ofNoUse()}
   */
  void fireInactive(ChannelHandlerContext ctx, boolean ofNoUse) {
    Asleep.leadsTo(guarded.ready() ? guarded.remote() : null);
    int early = guarded.ready() ? guarded.endpoint().ended(ofNoUse) : 0; // Lettuce counts others
    if (early <= 1) { // once is no loop
      ctx.fireChannelInactive();
      Asleep.take();
      return;
    }
    BackOff users = guarded.settings().reconnectBackOff();
    LEAST_MILLIS.set((users == null ? WAITS : users).waits().apply(Math.min(early - 1, MOST)));
    try {
      ctx.fireChannelInactive();
    } finally {
      LEAST_MILLIS.remove();
      Asleep.take();
    }
  }
}
