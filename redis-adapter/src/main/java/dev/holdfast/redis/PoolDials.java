package dev.holdfast.redis;

import io.netty.channel.EventLoopGroup;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The dials under way of all pools of a guard, and the event loops they may be made on. */
final class PoolDials {

  private final Set<PoolDial> underWay = ConcurrentHashMap.newKeySet();
  private final Set<EventLoopGroup> watched = ConcurrentHashMap.newKeySet();

  void begin(PoolDial dial) {
    underWay.add(dial);
  }

  void over(PoolDial dial) {
    dial.over();
    underWay.remove(dial);
  }

  /**
   * Somebody is about to dial.
   *
   * @throws IllegalStateException if the event loops have ended with their client: Lettuce would
   *     wait for ever
   */
  void dialOn(EventLoopGroup loops) {
    if (watched.add(loops)) {
      loops.terminationFuture().addListener(ended -> ended(loops));
    }
    if (loops.isShuttingDown()) {
      throw new IllegalStateException(
          "the client's event loops have ended: the client, or its resources, was shut down");
    }
  }

  private void ended(EventLoopGroup loops) {
    watched.remove(loops);
    underWay.forEach(dial -> dial.ended(loops));
  }
}
