package dev.holdfast.internal.socket;

import dev.holdfast.internal.wire.SocketProbe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A socket that stands for another, which is replaced by one with the same settings for each
 * further dial: a {@link Socket} whose connect has failed cannot be connected again.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket underneath has its own locks
abstract class SocketOverSocket extends Socket {

  @FunctionalInterface
  private interface Setting {
    void on(Socket socket) throws IOException;
  }

  private final SocketFactory sockets;
  private final List<Setting> settings = new ArrayList<>(4);
  private volatile Socket base;
  private int descriptor;
  private boolean dialled;

  SocketOverSocket(SocketFactory sockets) throws IOException {
    this.sockets = sockets;
    this.base = sockets.createSocket();
    this.descriptor = SocketProbe.create(base); // before a setting makes the JDK create it
  }

  /** What {@link SocketProbe#create} returned for the latest of {@link #unused()}. */
  final int descriptor() {
    return descriptor;
  }

  final Socket base() {
    return base;
  }

  /** A socket with all settings that has not been dialled yet; the one before is closed. */
  final Socket unused() throws IOException {
    synchronized (settings) {
      if (!dialled) {
        dialled = true;
        return base;
      }
      base.close();
      Socket next = sockets.createSocket();
      descriptor = SocketProbe.create(next);
      for (Setting setting : settings) {
        setting.on(next);
      }
      base = next;
      return next;
    }
  }

  private void set(Setting setting) throws SocketException {
    synchronized (settings) {
      try {
        setting.on(base);
      } catch (SocketException | RuntimeException failed) {
        throw failed;
      } catch (IOException failed) {
        throw (SocketException) new SocketException(failed.getMessage()).initCause(failed);
      }
      if (!base.isConnected()) {
        settings.add(setting);
      }
    }
  }

  @Override
  public void bind(@Nullable SocketAddress local) throws IOException {
    base.bind(local);
    if (local != null) {
      synchronized (settings) {
        settings.add(socket -> socket.bind(local));
      }
    }
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    set(socket -> socket.setTcpNoDelay(on));
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return base.getTcpNoDelay();
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    set(socket -> socket.setSoLinger(on, seconds));
  }

  @Override
  public int getSoLinger() throws SocketException {
    return base.getSoLinger();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    base.sendUrgentData(data);
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    set(socket -> socket.setOOBInline(on));
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return base.getOOBInline();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    if (base.isConnected()) {
      base.setSoTimeout(millis); // some clients set it for each call
    } else {
      set(socket -> socket.setSoTimeout(millis));
    }
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return base.getSoTimeout();
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    set(socket -> socket.setSendBufferSize(size));
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return base.getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    set(socket -> socket.setReceiveBufferSize(size));
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return base.getReceiveBufferSize();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    set(socket -> socket.setKeepAlive(on));
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return base.getKeepAlive();
  }

  @Override
  public void setTrafficClass(int trafficClass) throws SocketException {
    set(socket -> socket.setTrafficClass(trafficClass));
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return base.getTrafficClass();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    set(socket -> socket.setReuseAddress(on));
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return base.getReuseAddress();
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    base.setPerformancePreferences(connectionTime, latency, bandwidth);
  }

  @Override
  public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
    set(socket -> socket.setOption(option, value));
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return base.getOption(option);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return base.supportedOptions();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return base.getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return base.getOutputStream();
  }

  @Override
  public SocketChannel getChannel() {
    return base.getChannel();
  }

  @Override
  public void shutdownInput() throws IOException {
    base.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    base.shutdownOutput();
  }

  /** Waits for no dial under way: it ends by this. */
  @Override
  public void close() throws IOException {
    base.close();
  }

  @Override
  public boolean isClosed() {
    return base.isClosed();
  }

  @Override
  public boolean isConnected() {
    return base.isConnected();
  }

  @Override
  public boolean isBound() {
    return base.isBound();
  }

  @Override
  public boolean isInputShutdown() {
    return base.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return base.isOutputShutdown();
  }

  @Override
  public InetAddress getInetAddress() {
    return base.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return base.getLocalAddress();
  }

  @Override
  public int getPort() {
    return base.getPort();
  }

  @Override
  public int getLocalPort() {
    return base.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return base.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return base.getLocalSocketAddress();
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
