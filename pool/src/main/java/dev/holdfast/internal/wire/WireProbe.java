package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code TCP_INFO} of one channel and pokes its kernel keepalive. Confined to the channel's
 * event loop: off it, or after the close, a reused descriptor answers for another socket (measured
 * on Netty 4.1 and 4.2).
 */
public final class WireProbe implements KernelPing {

  private static final WireProbe NONE = new WireProbe(null);

  /** {@code IPPROTO_TCP} and {@code TCP_THIN_LINEAR_TIMEOUTS} of Linux' headers. */
  private static final IntegerUnixChannelOption THIN_LINEAR_TIMEOUTS =
      new IntegerUnixChannelOption("TCP_THIN_LINEAR_TIMEOUTS", 6, 16);

  /** {@code TCP_RTO_MAX_MS} of the same. */
  private static final IntegerUnixChannelOption RTO_MAX_MILLIS =
      new IntegerUnixChannelOption("TCP_RTO_MAX_MS", 6, 44);

  /** One for each event loop, 290 bytes that an idle connection need not keep. */
  private static final FastThreadLocal<EpollTcpInfo> INFO = new FastThreadLocal<>();

  private final @Nullable EpollSocketChannel channel;
  private @Nullable LentKeepAlive lent;

  private WireProbe(@Nullable EpollSocketChannel channel) {
    this.channel = channel;
  }

  /**
   * The probe for a channel.
   *
   * @param channel any channel
   * @return a probe; its source is {@link WireSource#NONE} unless the channel is an epoll socket
   */
  public static WireProbe of(Channel channel) {
    return channel instanceof EpollSocketChannel epoll ? new WireProbe(epoll) : NONE;
  }

  /**
   * Whether the kernel can be asked.
   *
   * @return the source of this probe's snapshots
   */
  public WireSource source() {
    return channel == null ? WireSource.NONE : WireSource.EPOLL;
  }

  /**
   * Reads the kernel's view, about 1 µs.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return a snapshot, with source {@link WireSource#NONE} where there is no epoll or the channel
   *     is closed
   * @throws IllegalStateException if called off the channel's event loop
   */
  public WireSnapshot read(long nowNanos) {
    if (channel == null) {
      return WireSnapshot.none(nowNanos);
    }
    requireEventLoop(channel);
    if (!channel.isActive()) {
      return WireSnapshot.none(nowNanos);
    }
    EpollTcpInfo info = INFO.getIfExists();
    if (info == null) {
      info = new EpollTcpInfo();
      INFO.set(info);
    }
    channel.tcpInfo(info);
    return snapshot(info, nowNanos);
  }

  /**
   * How much of what was sent the peer's kernel had taken in when the peer closed: its FIN carries
   * that number, whatever acknowledgements were lost before, and a peer that has closed reads
   * nothing more.
   *
   * @param received how much payload was read from the channel
   * @return bytes, one too many; zero if the peer's FIN is not known to have arrived, or where the
   *     kernel cannot be asked
   * @throws IllegalStateException if called off the channel's event loop
   */
  public long acknowledgedByFin(long received) {
    if (channel == null) {
      return 0;
    }
    requireEventLoop(channel);
    if (!channel.isOpen()) {
      return 0;
    }
    try {
      TcpInfo info = TcpInfo.of(channel);
      return info.bytesReceived() == received + 1 ? info.bytesAcked() : 0;
    } catch (ChannelException closed) {
      return 0;
    }
  }

  static WireSnapshot snapshot(EpollTcpInfo info, long nowNanos) {
    return new WireSnapshot(
        WireSource.EPOLL,
        nowNanos,
        info.state(),
        info.unacked(),
        info.retransmits(),
        info.probes(),
        info.backoff(),
        info.rto(),
        info.rtt(),
        info.lastDataRecv(),
        info.lastAckRecv(),
        info.lastDataSent(),
        info.totalRetrans());
  }

  @Override
  public LentKeepAlive lent() {
    LentKeepAlive known = lent;
    if (known == null) {
      known = new LentKeepAlive(this);
      lent = channel == null ? null : known;
    }
    return known;
  }

  /**
   * Makes the kernel send a keepalive probe at once, if nothing was received for a second, and
   * repeat it every second, giving up after {@code count}: the path is proved without a byte of
   * payload, on any protocol. An answer shows as a small {@link WireSnapshot#lastAckRecvMillis()}.
   * It cannot see a server that closed while its FIN was lost: that server's kernel still answers.
   *
   * <p>Source: {@code tcp_sock_set_keepidle_locked} in {@code net/ipv4/tcp.c} restarts the timer
   * with the time already spent idle; measured answered within a timer tick and a round trip.
   *
   * @param count unanswered probes after which the kernel closes the connection, at least 2: with 1
   *     a single lost segment would kill it
   * @return whether the kernel was asked
   * @throws IllegalArgumentException if {@code count} is below 2
   * @throws IllegalStateException if called off the channel's event loop
   */
  @Override
  public boolean poke(int count) {
    requirePokeCount(count);
    if (channel == null) {
      return false;
    }
    requireEventLoop(channel);
    if (!channel.isActive()) {
      return false;
    }
    channel.config().setKeepAlive(true).setTcpKeepIntvl(1).setTcpKeepCnt(count).setTcpKeepIdle(1);
    return true;
  }

  /**
   * See {@link KernelPing#keepAlive}.
   *
   * @throws IllegalStateException if called off the channel's event loop
   */
  @Override
  public KeepAliveSettings keepAlive() {
    if (channel == null) {
      return KeepAliveSettings.UNKNOWN;
    }
    requireEventLoop(channel);
    if (!channel.isActive()) {
      return KeepAliveSettings.UNKNOWN;
    }
    var config = channel.config();
    return new KeepAliveSettings(
        config.isKeepAlive(),
        config.getTcpKeepIdle(),
        config.getTcpKeepIntvl(),
        config.getTcpKeepCnt());
  }

  /**
   * See {@link KernelPing#restore}.
   *
   * @throws IllegalStateException if called off the channel's event loop
   */
  @Override
  public void restore(KeepAliveSettings settings) {
    if (channel == null) {
      return;
    }
    requireEventLoop(channel);
    if (channel.isActive() && !settings.equals(KeepAliveSettings.UNKNOWN)) {
      channel
          .config()
          .setTcpKeepIdle(settings.idleSeconds())
          .setTcpKeepIntvl(settings.intervalSeconds())
          .setTcpKeepCnt(settings.count())
          .setKeepAlive(settings.enabled());
    }
  }

  /**
   * See {@link KernelPing#repeatSteadily}.
   *
   * @throws IllegalStateException if called off the channel's event loop
   */
  @Override
  public void repeatSteadily() {
    if (channel == null) {
      return;
    }
    requireEventLoop(channel);
    if (channel.isActive()) {
      repeatSteadily(channel);
    }
  }

  static void repeatSteadily(EpollSocketChannel channel) {
    try {
      channel.config().setOption(THIN_LINEAR_TIMEOUTS, 1);
    } catch (ChannelException unknownOrClosed) {
      // then timeouts double as ever, and the verdict comes later
    }
  }

  /**
   * See {@link KernelPing#repeatWithin}.
   *
   * @throws IllegalStateException if called off the channel's event loop
   */
  @Override
  public void repeatWithin(Duration most) {
    if (channel == null) {
      return;
    }
    requireEventLoop(channel);
    try {
      if (channel.isActive() && channel.config().getTcpUserTimeout() > 0) {
        channel.config().setOption(RTO_MAX_MILLIS, (int) most.toMillis());
      }
    } catch (ChannelException unknownOrClosed) {
      // then the timeouts double up to two minutes as ever
    }
  }

  static void requirePokeCount(int count) {
    if (count < 2) {
      throw new IllegalArgumentException(
          "poke count " + count + " is below 2: one lost segment would close a healthy connection");
    }
  }

  private static void requireEventLoop(EpollSocketChannel channel) {
    if (!channel.eventLoop().inEventLoop()) {
      throw new IllegalStateException(
          "TCP_INFO is read on the channel's event loop only: elsewhere a reused descriptor may"
              + " answer for another socket");
    }
  }

  /**
   * Keepalive settings of a socket.
   *
   * @param enabled {@code SO_KEEPALIVE}
   * @param idleSeconds {@code TCP_KEEPIDLE}
   * @param intervalSeconds {@code TCP_KEEPINTVL}
   * @param count {@code TCP_KEEPCNT}
   */
  public record KeepAliveSettings(
      boolean enabled, int idleSeconds, int intervalSeconds, int count) {

    /** Nothing is probed; the rest is the kernel's default. */
    static final KeepAliveSettings OFF = new KeepAliveSettings(false, 7_200, 75, 9);

    /** They could not be read. */
    static final KeepAliveSettings UNKNOWN = new KeepAliveSettings(false, 0, 0, 0);

    /** These, and of what was set to {@code from} what is not that any more. */
    KeepAliveSettings with(KeepAliveSettings from, KeepAliveSettings now) {
      return now.equals(UNKNOWN)
          ? this
          : new KeepAliveSettings(
              now.enabled == from.enabled ? enabled : now.enabled,
              now.idleSeconds == from.idleSeconds ? idleSeconds : now.idleSeconds,
              now.intervalSeconds == from.intervalSeconds ? intervalSeconds : now.intervalSeconds,
              now.count == from.count ? count : now.count);
    }
  }
}
