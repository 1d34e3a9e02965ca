package dev.holdfast.internal.wire;

import dev.holdfast.internal.bounded.LruMap;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the descriptor of a socket by its two addresses, among a bounded number of candidates: a
 * list of all descriptors costs the more the more of them are open. A new descriptor is the lowest
 * free one (open(2)), which is known if it is asked for just before; a socket made by others has
 * one that was seen beside another that was looked for, one that a connection had before, or one
 * near the lowest that is free now. Thread-safe.
 */
final class DescriptorSearch {

  /** No number of a descriptor. */
  static final int UNKNOWN = -1;

  private static final int MOST_REMEMBERED = 64;

  /** Sockets that are made together fill the holes that others have left, far apart. */
  private static final int BELOW = 2_048;

  /** Numbers below them are free again once what they replace is closed. */
  private static final int ABOVE = 256;

  /** Of one search, and twice as many are kept: the oldest are forgotten for others. */
  private static final int MOST_SEEN = 512;

  private static final int SOL_SOCKET = 1;
  private static final int SO_DOMAIN = 39;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /** Where sockets were found, the latest first. */
  private static final Deque<Integer> FOUND = new ArrayDeque<>(MOST_REMEMBERED + 1);

  /** Numbers by the local address of the socket that a search has met there. */
  private static final Map<SocketAddress, Integer> SEEN = new LruMap<>(2 * MOST_SEEN);

  private static final Object CREATION = new Object();

  private DescriptorSearch() {}

  /**
   * Gives a new socket its descriptor, which the JDK puts off, and tells its likely number: another
   * thread may have been faster.
   */
  static int create(java.net.Socket socket) throws SocketException {
    if (!Epoll.isAvailable() || socket.isBound()) {
      return UNKNOWN;
    }
    synchronized (CREATION) {
      int number = lowestFree();
      socket.getReuseAddress();
      return number;
    }
  }

  /** By an event's descriptor: making and closing a socket costs several times as much. */
  private static int lowestFree() {
    try {
      FileDescriptor probe = Native.newEventFd();
      int number = probe.intValue();
      probe.close();
      return number;
    } catch (ChannelException | IOException none) {
      return UNKNOWN;
    }
  }

  /**
   * Looks for the socket with these two addresses.
   *
   * @param likely the number tried first, or {@link #UNKNOWN}
   * @return null if none of the candidates is the socket's
   */
  static @Nullable Descriptor find(SocketAddress local, SocketAddress remote, int likely) {
    Descriptor found = at(likely, local, remote);
    if (found == null) {
      found = at(seen(local), local, remote);
    }
    for (int number : found == null ? remembered() : List.<Integer>of()) {
      found = at(number, local, remote);
      if (found != null) {
        break;
      }
    }
    if (found == null) {
      found = near(lowestFree(), local, remote);
    }
    if (found != null) {
      remember(found.number());
    }
    return found;
  }

  private static @Nullable Descriptor near(int free, SocketAddress local, SocketAddress remote) {
    for (int i = 1; free >= 0 && i <= BELOW; i++) {
      boolean notes = i <= MOST_SEEN;
      Descriptor below = at(free - i, local, remote, notes);
      if (below != null) {
        return below;
      }
      Descriptor above = i <= ABOVE ? at(free + i, local, remote, notes) : null;
      if (above != null) {
        return above;
      }
    }
    return null;
  }

  private static @Nullable Descriptor at(int number, SocketAddress local, SocketAddress remote) {
    return at(number, local, remote, false);
  }

  /**
   * Most are told apart by one call, which throws nothing where there is no socket. The cookie is
   * read before the addresses and after them, so that it is theirs.
   */
  private static @Nullable Descriptor at(
      int number, SocketAddress local, SocketAddress remote, boolean notes) {
    if (number < 0) {
      return null;
    }
    try {
      Socket handle = new Socket(number);
      SocketAddress there = handle.localAddress();
      if (!local.equals(there)) {
        if (notes) {
          sees(there, number);
        }
        return null;
      }
      int domain = handle.getIntOpt(SOL_SOCKET, SO_DOMAIN);
      if (domain != AF_INET && domain != AF_INET6) {
        return null;
      }
      Descriptor candidate = new Descriptor(number);
      boolean same = local.equals(handle.localAddress()) && remote.equals(handle.remoteAddress());
      return same && candidate.isStill() ? candidate : null;
    } catch (IOException | ChannelException notASocket) {
      return null;
    }
  }

  private static void sees(@Nullable SocketAddress there, int number) {
    if (there instanceof InetSocketAddress bound && bound.getPort() != 0) {
      synchronized (SEEN) {
        SEEN.put(there, number);
      }
    }
  }

  private static int seen(SocketAddress local) {
    synchronized (SEEN) {
      return SEEN.getOrDefault(local, UNKNOWN);
    }
  }

  private static List<Integer> remembered() {
    synchronized (FOUND) {
      return List.copyOf(FOUND);
    }
  }

  private static void remember(Integer number) {
    synchronized (FOUND) {
      FOUND.remove(number);
      FOUND.addFirst(number);
      if (FOUND.size() > MOST_REMEMBERED) {
        FOUND.removeLast();
      }
    }
  }
}
