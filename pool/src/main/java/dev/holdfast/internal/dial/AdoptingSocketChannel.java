package dev.holdfast.internal.dial;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An NIO channel that takes over a socket connected elsewhere in place of its own. The handlers and
 * the promise of its connect notice nothing: the takeover happens while it is registered nowhere,
 * and the connect that follows succeeds at once.
 */
final class AdoptingSocketChannel extends NioSocketChannel {

  private @Nullable HedgedConfig config;
  private volatile @Nullable SocketChannel adopted;
  private volatile boolean connected;

  AdoptingSocketChannel() {
    config = new HedgedConfig(this, super.javaChannel().socket(), super.config(), Map.of());
  }

  /** Socket options set so far by anyone, to be set on every dial before it connects. */
  Map<ChannelOption<?>, Object> socketOptions() {
    return config == null ? Map.of() : config.recorded();
  }

  /**
   * While registered on no event loop.
   *
   * @param socket connected
   * @param through the channel that dialled it, now registered nowhere either
   */
  void adopt(SocketChannel socket, NioSocketChannel through) throws IOException {
    SocketChannelConfig before = config();
    SocketChannel own = super.javaChannel();
    adopted = socket;
    config = new HedgedConfig(this, socket.socket(), through.config(), socketOptions());
    HedgedConfig.copyChannelOptions(before, config);
    own.close();
  }

  @Override
  public SocketChannelConfig config() {
    // null while the superclass is being constructed
    return config == null ? super.config() : config;
  }

  @Override
  protected SocketChannel javaChannel() {
    SocketChannel taken = adopted;
    return taken == null ? super.javaChannel() : taken;
  }

  @Override
  public boolean isOpen() {
    return javaChannel().isOpen();
  }

  /** An adopted socket is connected, but the channel is not before it says so. */
  @Override
  public boolean isActive() {
    return (adopted == null || connected) && super.isActive();
  }

  @Override
  protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local)
      throws Exception {
    if (adopted == null) {
      return super.doConnect(remote, local);
    }
    connected = true;
    return true;
  }

  void autoReadEnds() {
    clearReadPending();
  }
}
