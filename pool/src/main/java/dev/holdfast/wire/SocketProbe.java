package dev.holdfast.wire;

import dev.holdfast.path.KeepAlive;
import dev.holdfast.wire.WireProbe.KeepAliveSettings;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code TCP_INFO} of a plain {@link java.net.Socket} and sets the socket options that the
 * JDK has no name for, through the socket's own descriptor: it is found once among those of the
 * process, and adopted by a native epoll channel that is registered nowhere and never closed.
 *
 * <p>Thread-safe. A closed socket's descriptor is soon another's. So the owner calls {@link
 * #release()} before it closes the socket; and as others may close it, both addresses are compared
 * before anything is set, and a stranger is never touched; a reading, which harms nobody, takes the
 * socket's word that it is open. Without native epoll, off Linux, over a SOCKS proxy or a domain
 * socket the source is {@link WireSource#NONE}.
 */
public final class SocketProbe implements KernelPing {

  private static final File DESCRIPTORS = new File("/proc/self/fd");

  private final java.net.Socket socket;
  private final @Nullable SocketAddress local;
  private final @Nullable SocketAddress remote;
  private final @Nullable TcpInfo info;
  private @Nullable EpollSocketChannel channel;
  private long received;

  private SocketProbe(
      java.net.Socket socket,
      @Nullable SocketAddress local,
      @Nullable SocketAddress remote,
      @Nullable EpollSocketChannel channel) {
    this.socket = socket;
    this.local = local;
    this.remote = remote;
    this.channel = channel;
    this.info = channel == null ? null : new TcpInfo();
  }

  /**
   * The probe for a socket. Costs a look at every descriptor of the process: once for a connection.
   *
   * @param socket connected, and owned by the caller
   * @return a probe; its source is {@link WireSource#NONE} where the kernel cannot be asked
   */
  public static SocketProbe of(java.net.Socket socket) {
    SocketAddress local = socket.getLocalSocketAddress();
    SocketAddress remote = socket.getRemoteSocketAddress();
    EpollSocketChannel channel = null;
    if (Epoll.isAvailable() && local instanceof InetSocketAddress && remote != null) {
      int descriptor = find(local, remote);
      channel = descriptor < 0 ? null : adopt(descriptor, socket);
    }
    return new SocketProbe(socket, local, remote, channel);
  }

  /** The link tells sockets from files: a file costs an exception if it is asked for its name. */
  private static int find(SocketAddress local, SocketAddress remote) {
    String[] names = DESCRIPTORS.list();
    for (int i = names == null ? -1 : names.length - 1; i >= 0; i--) {
      try {
        Path link = Files.readSymbolicLink(DESCRIPTORS.toPath().resolve(names[i]));
        int descriptor = Integer.parseInt(names[i]);
        if (link.toString().startsWith("socket:") && isOf(descriptor, local, remote)) {
          return descriptor;
        }
      } catch (IOException | ChannelException closedMeanwhile) {
        // then it is not ours
      }
    }
    return -1;
  }

  private static boolean isOf(int descriptor, SocketAddress local, SocketAddress remote) {
    Socket socket = new Socket(descriptor);
    return local.equals(socket.localAddress()) && remote.equals(socket.remoteAddress());
  }

  /** Adoption switches {@code TCP_NODELAY} on (measured with Netty 4.1 and 4.2). */
  private static @Nullable EpollSocketChannel adopt(int descriptor, java.net.Socket socket) {
    try {
      boolean noDelay = socket.getTcpNoDelay();
      EpollSocketChannel adopted = new EpollSocketChannel(descriptor);
      if (!noDelay) {
        socket.setTcpNoDelay(false);
      }
      return adopted;
    } catch (IOException | ChannelException closedMeanwhile) {
      return null;
    }
  }

  /**
   * Whether the kernel can be asked.
   *
   * @return the source of this probe's snapshots
   */
  public synchronized WireSource source() {
    return channel == null ? WireSource.NONE : WireSource.EPOLL;
  }

  /** Ends all use of the descriptor. To be called before the socket is closed. */
  public synchronized void release() {
    channel = null;
  }

  /**
   * Reads the kernel's view, some microseconds.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return a snapshot, with source {@link WireSource#NONE} where there is none
   */
  public synchronized WireSnapshot read(long nowNanos) {
    EpollSocketChannel known = channel;
    received = 0;
    if (known == null || info == null || socket.isClosed()) {
      return WireSnapshot.none(nowNanos);
    }
    try {
      info.read((Socket) known.fd());
    } catch (IOException closedMeanwhile) {
      return WireSnapshot.none(nowNanos);
    }
    if (socket.isClosed()) {
      return WireSnapshot.none(nowNanos);
    }
    received = info.bytesReceived();
    return info.snapshot(nowNanos);
  }

  /**
   * How much payload had arrived by the latest {@link #read}, whether or not it was read from the
   * socket: the same as what was read from it means that nothing waits there.
   *
   * @return bytes, one more once the peer has closed; zero if unknown, as before Linux 4.1
   */
  public synchronized long received() {
    return received;
  }

  /**
   * The channel, if the descriptor is still this socket's. After a reset the kernel forgets the
   * peer's address but not the local one.
   */
  private @Nullable EpollSocketChannel mine() {
    EpollSocketChannel known = channel;
    if (known == null || local == null) {
      return null;
    }
    Socket socket = (Socket) known.fd();
    if (!local.equals(socket.localAddress())) {
      return null;
    }
    InetSocketAddress peer = socket.remoteAddress();
    return peer == null || peer.equals(remote) ? known : null;
  }

  /**
   * See {@link WireProbe#poke}.
   *
   * @param count unanswered probes after which the kernel closes the connection, at least 2
   * @return whether the kernel was asked
   * @throws IllegalArgumentException if {@code count} is below 2
   */
  @Override
  public synchronized boolean poke(int count) {
    WireProbe.requirePokeCount(count);
    return set(new KeepAliveSettings(true, 1, 1, count));
  }

  /**
   * Reads the keepalive settings in force.
   *
   * @return the settings, all zero where they cannot be read
   */
  @Override
  public synchronized KeepAliveSettings keepAlive() {
    EpollSocketChannel mine = mine();
    if (mine == null) {
      return new KeepAliveSettings(false, 0, 0, 0);
    }
    try {
      var config = mine.config();
      return new KeepAliveSettings(
          config.isKeepAlive(),
          config.getTcpKeepIdle(),
          config.getTcpKeepIntvl(),
          config.getTcpKeepCnt());
    } catch (ChannelException closedMeanwhile) {
      return new KeepAliveSettings(false, 0, 0, 0);
    }
  }

  /**
   * Puts keepalive settings back.
   *
   * @param settings what {@link #keepAlive()} read before the poke
   */
  @Override
  public synchronized void restore(KeepAliveSettings settings) {
    if (settings.count() > 0) {
      set(settings);
    }
  }

  @Override
  public synchronized void repeatSteadily() {
    EpollSocketChannel mine = mine();
    if (mine != null) {
      WireProbe.repeatSteadily(mine);
    }
  }

  /** The idle time comes last: it starts the timer, which the others then govern. */
  private boolean set(KeepAliveSettings settings) {
    EpollSocketChannel mine = mine();
    if (mine == null) {
      return false;
    }
    try {
      mine.config()
          .setTcpKeepIntvl(settings.intervalSeconds())
          .setTcpKeepCnt(settings.count())
          .setKeepAlive(settings.enabled())
          .setTcpKeepIdle(settings.idleSeconds());
      return true;
    } catch (ChannelException closedMeanwhile) {
      return false;
    }
  }

  /**
   * Fills in what nobody has set: keepalive where it is off, or on with this host's own idle time;
   * {@code TCP_USER_TIMEOUT} where there is none.
   *
   * @param keepAlive of the plan, null to leave it
   * @param userTimeout of the plan
   * @param hostIdleSeconds {@code net.ipv4.tcp_keepalive_time}
   */
  public synchronized void fill(
      @Nullable KeepAlive keepAlive, Duration userTimeout, long hostIdleSeconds) {
    EpollSocketChannel mine = mine();
    if (mine == null) {
      return;
    }
    try {
      if (mine.config().getTcpUserTimeout() == 0 && !userTimeout.isZero()) {
        mine.config().setTcpUserTimeout((int) Math.min(userTimeout.toMillis(), Integer.MAX_VALUE));
      }
      KeepAliveSettings before = keepAlive();
      boolean unset = !before.enabled() || before.idleSeconds() == hostIdleSeconds;
      if (keepAlive != null && unset) {
        set(
            new KeepAliveSettings(
                true,
                (int) keepAlive.idle().toSeconds(),
                (int) keepAlive.interval().toSeconds(),
                keepAlive.count()));
      }
    } catch (ChannelException closedMeanwhile) {
      // then there is nothing to set
    }
  }
}
