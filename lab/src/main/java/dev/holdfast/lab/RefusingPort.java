package dev.holdfast.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of 127.0.0.1 that refuses whoever dials it, and that nobody else is given until this is
 * closed: a port whose server has gone may be another's a moment later.
 */
public final class RefusingPort implements AutoCloseable {

  /** Bound, and neither connected nor listening. */
  private final Socket bound;

  private RefusingPort(Socket bound) {
    this.bound = bound;
  }

  /**
   * Takes any free port.
   *
   * @return to be closed
   */
  public static RefusingPort any() {
    return at(0);
  }

  /**
   * Takes the port of a server that has ended.
   *
   * @param port free
   * @return to be closed
   */
  public static RefusingPort at(int port) {
    Socket socket = new Socket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return new RefusingPort(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Its number.
   *
   * @return a port on 127.0.0.1
   */
  public int port() {
    return bound.getLocalPort();
  }

  @Override
  public void close() {
    try {
      bound.close();
    } catch (IOException ignored) {
      // it is given back either way
    }
  }
}
