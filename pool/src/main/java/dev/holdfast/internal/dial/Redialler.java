package dev.holdfast.internal.dial;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.internal.retry.RetryBudgets;
import io.netty.channel.ChannelHandler;

/**
 * Dials again, early and from another source port, when a dial is lost; on a balanced path also
 * when it is refused or answered in another protocol. The user's connect timeout holds for all
 * dials of a connect together, and a failure is the client's own exception. One instance serves all
 * channels of a client, so that they share what is known of a path and what redials may cost.
 * Thread-safe.
 *
 * <p>Every channel gets {@link #handler()} as the first of its pipeline. On Netty's native epoll
 * that is all. On NIO the event loop group must be a {@link RedialEventLoopGroup}. Left to the
 * client's own single dial, and only reported: other transports, domain sockets, TCP Fast Open, a
 * local port fixed by the user.
 */
public final class Redialler {

  private final SharedDials shared;

  private Redialler(SharedDials shared) {
    this.shared = shared;
  }

  /**
   * A redialler.
   *
   * @param settings how to dial
   * @param listener hears of every connect
   * @param gate asked before the first dial of every connect, and when a dial found no source port
   * @return a redialler for all channels of one client
   */
  public static Redialler of(RedialSettings settings, ConnectListener listener, ConnectGate gate) {
    return of(settings, listener, gate, new RetryBudgets(System::nanoTime));
  }

  /**
   * A redialler that shares what redials may cost.
   *
   * @param settings how to dial
   * @param listener hears of every connect
   * @param gate asked before the first dial of every connect, and when a dial found no source port
   * @param budgets of the replays of the same client
   * @return a redialler for all channels of one client
   */
  public static Redialler of(
      RedialSettings settings, ConnectListener listener, ConnectGate gate, RetryBudgets budgets) {
    return new Redialler(new SharedDials(settings, listener, gate, budgets));
  }

  /**
   * The handler of one channel.
   *
   * @return a new handler, to be added first to the channel's pipeline before it connects
   */
  public ChannelHandler handler() {
    return new RedialHandler(shared);
  }
}
