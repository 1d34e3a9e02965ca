package dev.holdfast.http.apache;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * What HttpClient's connection takes for its socket. It lets the connection's buffer be asked for
 * input it holds already, without a read: a blocking one would wait for a millisecond, and fetch
 * what nobody asked for. Everything else is the socket's own, that of TLS where there is one.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket underneath has its own locks
final class ObservedSocket extends Socket {

  private static final String HTTP = "HTTP/";

  private final Socket base;
  private final Socket top;
  private final Runnable onForeign;
  private @Nullable InputStream tap;
  private boolean heard;
  private boolean ended;
  private long taken;
  private boolean arrived;
  private boolean shut;
  private boolean asked;
  private boolean abort;

  /**
   * @param onForeign runs if the first bytes of the first answer are not HTTP's. HttpClient skips
   *     such lines and waits for more
   */
  ObservedSocket(Socket socket, Runnable onForeign) {
    this.base = socket;
    this.top = socket;
    this.onForeign = onForeign;
  }

  /** The handshake has proved the server: nothing foreign is behind it. */
  ObservedSocket(SSLSocket tls, Socket base) {
    this.base = base;
    this.top = tls;
    this.onForeign = () -> {};
  }

  /** The socket itself, for a further layer on it. */
  Socket top() {
    return top;
  }

  @Nullable SSLSession session() {
    return top instanceof SSLSocket tls ? tls.getSession() : null;
  }

  /**
   * While shut, a read finds nothing, at once, so that no timeout matters. Only for the thread that
   * has the connection.
   */
  void shut(boolean on) {
    shut = on;
    asked = false;
  }

  /**
   * Nothing, for a buffer that looks once; who looks again would look for ever and is told by the
   * exception of a timeout. An exception costs a reuse several times what all else of it does.
   */
  private int nothing() throws SocketTimeoutException {
    if (asked) {
      throw new NothingAsked();
    }
    asked = true;
    return 0;
  }

  /**
   * Whether a read has met the end of the input. The parser of heads reads only while it has no
   * whole line, so a head is whole if it got along without. Only for the thread that has the
   * connection.
   */
  boolean ended() {
    return ended;
  }

  /** How many bytes were read, of TLS' payload where there is TLS. */
  long taken() {
    return taken;
  }

  /** Whether a read has found something since this was last asked. */
  boolean arrived() {
    boolean was = arrived;
    arrived = false;
    return was;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    InputStream known = tap;
    if (known == null) {
      known = new Tap(top.getInputStream());
      tap = known;
    }
    return known;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return top.getOutputStream();
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return shut ? 0 : top.getSoTimeout();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    if (!shut) {
      top.setSoTimeout(millis);
    }
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    abort = on && seconds == 0;
    base.setSoLinger(on, seconds);
  }

  /** With linger 0 the base socket alone: TLS would say farewell first, and may block on it. */
  @Override
  public void close() throws IOException {
    if (abort) {
      base.close();
      return;
    }
    try {
      top.close();
    } finally {
      base.close();
    }
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
  public InetAddress getInetAddress() {
    return base.getInetAddress();
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
  public InetAddress getLocalAddress() {
    return base.getLocalAddress();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return base.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return base.getLocalSocketAddress();
  }

  private void took(int read) {
    if (read < 0) {
      ended = true;
    } else {
      taken += read;
      arrived = true;
    }
  }

  private void hear(byte[] bytes, int from, int read) {
    if (read <= 0) {
      return;
    }
    heard = true;
    for (int i = 0; i < Math.min(read, HTTP.length()); i++) {
      byte next = bytes[from + i];
      if (next == '\r' || next == '\n') {
        return; // an empty line before the status line is skipped by custom
      }
      if (next != HTTP.charAt(i)) {
        onForeign.run();
        return;
      }
    }
  }

  /** Caught by whoever asks: no trace is worth its making. */
  private static final class NothingAsked extends SocketTimeoutException {

    private static final long serialVersionUID = 1L;

    private NothingAsked() {
      super("not asked for input");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private final class Tap extends InputStream {

    private final InputStream in;

    private Tap(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      if (shut) {
        throw new NothingAsked();
      }
      int read = in.read();
      took(read < 0 ? read : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (shut) {
        return nothing();
      }
      int read = in.read(bytes, from, length);
      took(read);
      if (!heard) {
        hear(bytes, from, read);
      }
      return read;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
