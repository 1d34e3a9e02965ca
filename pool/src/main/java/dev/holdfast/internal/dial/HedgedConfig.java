package dev.holdfast.internal.dial;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DefaultSocketChannelConfig;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an {@link AdoptingSocketChannel} for one of its sockets. It remembers the
 * socket options that were set: they must be set on every further socket before it connects, as the
 * receive buffer decides the window scale.
 */
final class HedgedConfig extends DefaultSocketChannelConfig {

  /** Options of the channel, not of its socket. */
  private static final List<ChannelOption<?>> OF_CHANNEL =
      List.of(
          ChannelOption.CONNECT_TIMEOUT_MILLIS,
          ChannelOption.WRITE_SPIN_COUNT,
          ChannelOption.ALLOCATOR,
          ChannelOption.AUTO_READ,
          ChannelOption.AUTO_CLOSE,
          ChannelOption.WRITE_BUFFER_WATER_MARK,
          ChannelOption.MESSAGE_SIZE_ESTIMATOR,
          ChannelOption.SINGLE_EVENTEXECUTOR_PER_GROUP,
          ChannelOption.ALLOW_HALF_CLOSURE);

  private final AdoptingSocketChannel adopting;
  private final SocketChannelConfig nio;
  private @Nullable Map<ChannelOption<?>, Object> recorded;

  /**
   * @param nio the transport's configuration of the same socket, for options only it knows
   * @param options to begin with
   */
  HedgedConfig(
      AdoptingSocketChannel channel,
      Socket socket,
      SocketChannelConfig nio,
      Map<ChannelOption<?>, Object> options) {
    super(channel, socket);
    this.adopting = channel;
    this.nio = nio;
    this.recorded = new LinkedHashMap<>();
    setAll(this, options);
  }

  Map<ChannelOption<?>, Object> recorded() {
    return recorded == null ? Map.of() : new LinkedHashMap<>(recorded);
  }

  @SuppressWarnings("unchecked") // a map of options holds values of their types
  static void setAll(ChannelConfig config, Map<ChannelOption<?>, Object> options) {
    options.forEach((option, value) -> config.setOption((ChannelOption<Object>) option, value));
  }

  static void copyChannelOptions(SocketChannelConfig from, SocketChannelConfig to) {
    OF_CHANNEL.forEach(option -> copy(option, from, to));
    to.setRecvByteBufAllocator(from.getRecvByteBufAllocator());
  }

  private static <T> void copy(
      ChannelOption<T> option, SocketChannelConfig from, SocketChannelConfig to) {
    T value = from.getOption(option);
    if (value != null) {
      to.setOption(option, value);
    }
  }

  private <T> void record(ChannelOption<T> option, T value) {
    if (recorded != null) { // the superclass sets TCP_NODELAY while being constructed
      recorded.put(option, value);
    }
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (!(option instanceof NioChannelOption)) {
      return super.setOption(option, value);
    }
    boolean known = nio.setOption(option, value);
    if (known) {
      record(option, value);
    }
    return known;
  }

  @Override
  public <T> T getOption(ChannelOption<T> option) {
    return option instanceof NioChannelOption ? nio.getOption(option) : super.getOption(option);
  }

  @Override
  public SocketChannelConfig setReceiveBufferSize(int bytes) {
    record(ChannelOption.SO_RCVBUF, bytes);
    return super.setReceiveBufferSize(bytes);
  }

  @Override
  public SocketChannelConfig setSendBufferSize(int bytes) {
    record(ChannelOption.SO_SNDBUF, bytes);
    return super.setSendBufferSize(bytes);
  }

  @Override
  public SocketChannelConfig setSoLinger(int seconds) {
    record(ChannelOption.SO_LINGER, seconds);
    return super.setSoLinger(seconds);
  }

  @Override
  public SocketChannelConfig setTcpNoDelay(boolean on) {
    record(ChannelOption.TCP_NODELAY, on);
    return super.setTcpNoDelay(on);
  }

  @Override
  public SocketChannelConfig setKeepAlive(boolean on) {
    record(ChannelOption.SO_KEEPALIVE, on);
    return super.setKeepAlive(on);
  }

  @Override
  public SocketChannelConfig setReuseAddress(boolean on) {
    record(ChannelOption.SO_REUSEADDR, on);
    return super.setReuseAddress(on);
  }

  @Override
  public SocketChannelConfig setTrafficClass(int trafficClass) {
    record(ChannelOption.IP_TOS, trafficClass);
    return super.setTrafficClass(trafficClass);
  }

  @Override
  protected void autoReadCleared() {
    adopting.autoReadEnds();
  }
}
