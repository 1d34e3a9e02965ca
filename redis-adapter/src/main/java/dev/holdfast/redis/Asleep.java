package dev.holdfast.redis;

import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the reconnect leads that Lettuce is about to ask its timer for, in the same thread and at
 * once: nothing of the task says so.
 */
final class Asleep {

  private static final FastThreadLocal<@Nullable SocketAddress> WHERE = new FastThreadLocal<>();

  private Asleep() {}

  /** A channel to that address has ended, or an attempt to reach it has failed. */
  static void leadsTo(@Nullable SocketAddress remote) {
    if (remote != null) {
      WHERE.set(remote);
    }
  }

  /** The address, and it is forgotten; null if it is not known. */
  static @Nullable SocketAddress take() {
    SocketAddress where = WHERE.getIfExists();
    if (where != null) {
      WHERE.remove();
    }
    return where;
  }

  /** Whether two addresses are the same, one of them perhaps known by its name only. */
  static boolean same(SocketAddress one, SocketAddress other) {
    if (one instanceof InetSocketAddress first && other instanceof InetSocketAddress second) {
      return first.getPort() == second.getPort()
          && (first.getHostString().equals(second.getHostString())
              || host(first).equals(host(second)));
    }
    return one.equals(other);
  }

  private static String host(InetSocketAddress address) {
    return address.getAddress() == null
        ? address.getHostString()
        : address.getAddress().getHostAddress();
  }
}
