package dev.holdfast.http.apache;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;

/**
 * The socket of a session, as far as the guard looks at it: its channel's, but that its close ends
 * the session. One whose channel was closed would never be told, and its exchange wait for ever.
 */
final class SessionSocket extends Socket {

  private final IOSession session;
  private final SocketChannel channel;
  private final Socket base;

  SessionSocket(IOSession session, SocketChannel channel) {
    this.session = session;
    this.channel = channel;
    this.base = channel.socket();
  }

  @Override
  public synchronized void close() {
    session.close(CloseMode.IMMEDIATE); // with linger 0
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isBound() {
    return base.isBound();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return base.getLocalSocketAddress();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return base.getRemoteSocketAddress();
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return base.getKeepAlive();
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    base.setSoLinger(on, seconds);
  }

  /** A channel has none: it is the session's. */
  @Override
  public synchronized int getSoTimeout() {
    return session.getSocketTimeout().toMillisecondsIntBound();
  }

  @Override
  public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
    channel.setOption(option, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return channel.getOption(option);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return channel.supportedOptions();
  }
}
