package dev.holdfast.http.reactor;

import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;

/**
 * Where a call that its caller cancels lets go of its connection: on the event loop. On any other
 * thread the exchange may end meanwhile and the connection carry another call, which the close then
 * hits; without a guard it does, where a pool is small and callers cancel much.
 */
final class Disposal {

  private Disposal() {}

  static void of(Channel channel, Runnable disposal) {
    if (!channel.isRegistered() || channel.eventLoop().inEventLoop()) {
      disposal.run(); // not registered: closed, or what stands for the channel of an ended exchange
      return;
    }
    try {
      channel.eventLoop().execute(disposal);
    } catch (RejectedExecutionException shutDown) {
      disposal.run();
    }
  }
}
