package dev.holdfast.connect;

import io.netty.channel.ChannelHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(Redialler.class);

  private final RedialSettings settings;
  private final ConnectListener listener;
  private final ConnectGate gate;
  private final RttMemory memory = new RttMemory();
  private final LruMap<SocketAddress, RedialBudget> budgets = new LruMap<>(RttMemory.CAPACITY);
  private final AtomicInteger turn = new AtomicInteger();

  private Redialler(RedialSettings settings, ConnectListener listener, ConnectGate gate) {
    this.settings = settings;
    this.listener = listener;
    this.gate = gate;
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
    return new Redialler(settings, listener, gate);
  }

  /**
   * The handler of one channel.
   *
   * @return a new handler, to be added first to the channel's pipeline before it connects
   */
  public ChannelHandler handler() {
    return new RedialHandler(this);
  }

  RedialSettings settings() {
    return settings;
  }

  ConnectGate gate() {
    return gate;
  }

  OptionalLong srtt(SocketAddress remote) {
    return memory.srtt(remote);
  }

  void learn(SocketAddress remote, long rttNanos) {
    memory.learn(remote, rttNanos);
  }

  RedialBudget budget(SocketAddress remote) {
    synchronized (budgets) {
      return budgets.computeIfAbsent(remote, first -> new RedialBudget(System::nanoTime));
    }
  }

  /** The next source address in turn that can reach a remote address, any port; null for any. */
  @Nullable InetSocketAddress source(InetSocketAddress remote) {
    List<InetAddress> all = settings.sourceAddresses();
    for (int i = 0; i < all.size(); i++) {
      InetAddress next = all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
      if (next.getClass() == remote.getAddress().getClass()) {
        return new InetSocketAddress(next, 0);
      }
    }
    return null;
  }

  void begins() {
    tell(listener::begins);
  }

  void report(ConnectReport report) {
    tell(() -> listener.ended(report));
  }

  private static void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException thrown) {
      LOG.warn("a connect listener failed", thrown);
    }
  }
}
