package dev.holdfast.internal.wire;

import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.path.KeepAlive;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code TCP_INFO} of a plain {@link java.net.Socket} through the socket's own descriptor,
 * which is found among few candidates, and sets keepalive through the JDK.
 *
 * <p>Thread-safe. A closed socket's descriptor is soon another's, and anybody may close it: a
 * reading counts only if the descriptor still is the same socket's afterwards, and nothing is set
 * through it. Where the JDK has no name for an option it is set through a descriptor of our own,
 * see {@link OwnDescriptor}. Without native epoll, off Linux, over a SOCKS proxy or a domain socket
 * the source is {@link WireSource#NONE}.
 */
public final class SocketProbe implements KernelPing {

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_THIN_LINEAR_TIMEOUTS = 16;
  private static final int TCP_RTO_MAX_MILLIS = 44;
  private static final int TCP_USER_TIMEOUT = 18;

  /** No number of bytes. */
  private static final long ANY = -1;

  private final java.net.Socket socket;
  private final @Nullable TcpInfo info;
  private final LentKeepAlive lent = new LentKeepAlive(this);
  private @Nullable Descriptor descriptor;
  private long received;

  private SocketProbe(java.net.Socket socket, @Nullable Descriptor descriptor) {
    this.socket = socket;
    this.descriptor = descriptor;
    this.info = descriptor == null ? null : new TcpInfo();
  }

  /**
   * Gives a socket its descriptor, which the JDK otherwise does when it is bound or connected, and
   * tells the number it most likely got. Costs some microseconds.
   *
   * @param unbound not bound and not connected
   * @return the number for {@link #of(java.net.Socket, int)}; negative if not known
   * @throws SocketException if the socket is closed
   */
  public static int create(java.net.Socket unbound) throws SocketException {
    return DescriptorSearch.create(unbound);
  }

  /**
   * Whether a dial has been answered although its thread has not heard of it yet: it may be waiting
   * for a processor.
   *
   * @param likely what {@link #create} returned for its socket
   * @return whether the kernel says so; false if it cannot be asked
   */
  public static boolean isAnswered(int likely) {
    if (likely < 0 || !Epoll.isAvailable()) {
      return false;
    }
    try {
      TcpInfo info = new TcpInfo();
      info.read(new Socket(likely));
      return info.snapshot(System.nanoTime()).state() == WireSnapshot.ESTABLISHED;
    } catch (IOException | ChannelException closedMeanwhile) {
      return false;
    }
  }

  /**
   * The probe for a socket made by others. Costs a look at two thousand descriptors at most, some
   * microseconds each; where the socket's is not among them the source is {@link WireSource#NONE}.
   *
   * @param socket connected, and owned by the caller
   * @return a probe; its source is {@link WireSource#NONE} where the kernel cannot be asked
   */
  public static SocketProbe of(java.net.Socket socket) {
    return of(socket, DescriptorSearch.UNKNOWN);
  }

  /**
   * The probe for a socket whose descriptor's number is likely known.
   *
   * @param socket connected, and owned by the caller
   * @param likely what {@link #create} returned for it
   * @return a probe; its source is {@link WireSource#NONE} where the kernel cannot be asked
   */
  public static SocketProbe of(java.net.Socket socket, int likely) {
    SocketAddress local = socket.getLocalSocketAddress();
    SocketAddress remote = socket.getRemoteSocketAddress();
    boolean known = local instanceof InetSocketAddress && remote != null;
    return new SocketProbe(
        socket, known && Epoll.isAvailable() ? DescriptorSearch.find(local, remote, likely) : null);
  }

  /**
   * Whether the kernel can be asked.
   *
   * @return the source of this probe's snapshots
   */
  public synchronized WireSource source() {
    return descriptor == null ? WireSource.NONE : WireSource.EPOLL;
  }

  /** Ends all use of the descriptor. To be called before the socket is closed. */
  public synchronized void release() {
    descriptor = null;
  }

  /**
   * Reads the kernel's view, some microseconds.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return a snapshot, with source {@link WireSource#NONE} where there is none
   */
  public WireSnapshot read(long nowNanos) {
    return read(nowNanos, ANY);
  }

  /**
   * The same before an idle socket is used. A reading by which all is well is not checked for being
   * the socket's: one that was closed meanwhile fails at its use.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @param taken how much payload was read from the socket, {@link #received()} if nothing waits in
   *     it
   * @return a snapshot, with source {@link WireSource#NONE} where there is none
   */
  public synchronized WireSnapshot read(long nowNanos, long taken) {
    Descriptor known = descriptor;
    received = 0;
    if (known == null || info == null || socket.isClosed()) {
      return WireSnapshot.none(nowNanos);
    }
    try {
      info.read(known.handle());
    } catch (IOException closedMeanwhile) {
      return WireSnapshot.none(nowNanos);
    }
    boolean well = info.bytesReceived() == taken && info.isWell();
    if (!well && !known.isStill()) {
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
   * What a peer that has closed can have taken in.
   *
   * @param taken how much payload was read from the socket
   * @return {@link Intake#UNKNOWN} if the peer's FIN is not known to have arrived, or where the
   *     kernel cannot be asked
   */
  public synchronized Intake intake(long taken) {
    Descriptor known = descriptor;
    if (known == null || info == null || socket.isClosed()) {
      return Intake.UNKNOWN;
    }
    try {
      info.read(known.handle());
    } catch (IOException closedMeanwhile) {
      return Intake.UNKNOWN;
    }
    return known.isStill() ? Intake.of(info, taken) : Intake.UNKNOWN;
  }

  @Override
  public LentKeepAlive lent() {
    return lent;
  }

  /**
   * See {@link WireProbe#poke}.
   *
   * @param count unanswered probes after which the kernel closes the connection, at least 2
   * @return whether the kernel was asked, and its answer can be read
   * @throws IllegalArgumentException if {@code count} is below 2
   */
  @Override
  public synchronized boolean poke(int count) {
    WireProbe.requirePokeCount(count);
    return descriptor != null && set(new KeepAliveSettings(true, 1, 1, count));
  }

  @Override
  public synchronized KeepAliveSettings keepAlive() {
    try {
      return new KeepAliveSettings(
          socket.getKeepAlive(),
          socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE),
          socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL),
          socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT));
    } catch (IOException | UnsupportedOperationException closedOrNoSuchOption) {
      return KeepAliveSettings.UNKNOWN;
    }
  }

  @Override
  public synchronized void restore(KeepAliveSettings settings) {
    if (!settings.equals(KeepAliveSettings.UNKNOWN)) {
      set(settings);
    }
  }

  @Override
  public void repeatSteadily() {
    setOwn(own -> own.setIntOpt(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1));
  }

  @Override
  public void repeatWithin(Duration most) {
    setOwn(own -> repeatWithin(own, (int) most.toMillis()));
  }

  private static void repeatWithin(Socket own, int millis) throws IOException {
    if (own.getIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT) > 0) {
      own.setIntOpt(IPPROTO_TCP, TCP_RTO_MAX_MILLIS, millis);
    }
  }

  private synchronized void setOwn(OwnDescriptor.Setting setting) {
    Descriptor known = descriptor;
    if (known != null && !socket.isClosed()) {
      OwnDescriptor.set(known, setting);
    }
  }

  /** The idle time comes last: it starts the timer, which the others then govern. */
  private boolean set(KeepAliveSettings settings) {
    try {
      socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, settings.intervalSeconds());
      socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, settings.count());
      socket.setOption(StandardSocketOptions.SO_KEEPALIVE, settings.enabled());
      socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, settings.idleSeconds());
      return true;
    } catch (IOException | UnsupportedOperationException closedOrNoSuchOption) {
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
  public void fill(@Nullable KeepAlive keepAlive, Duration userTimeout, long hostIdleSeconds) {
    if (!userTimeout.isZero()) {
      int millis = (int) Math.min(userTimeout.toMillis(), Integer.MAX_VALUE);
      setOwn(own -> fillUserTimeout(own, millis));
    }
    if (keepAlive != null) {
      lent.change(users -> filled(users, keepAlive, hostIdleSeconds));
    }
  }

  private static KeepAliveSettings filled(
      KeepAliveSettings users, KeepAlive planned, long hostIdleSeconds) {
    boolean set = users.enabled() && users.idleSeconds() != hostIdleSeconds;
    return set || users.equals(KeepAliveSettings.UNKNOWN)
        ? users
        : new KeepAliveSettings(
            true,
            (int) planned.idle().toSeconds(),
            (int) planned.interval().toSeconds(),
            planned.count());
  }

  private static void fillUserTimeout(Socket own, int millis) throws IOException {
    if (own.getIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT) == 0) {
      own.setIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT, millis);
    }
  }
}
