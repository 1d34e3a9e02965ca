package dev.holdfast.internal.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes the sockets of a guard. Thread-safe. */
public final class GuardedSocketFactory extends SocketFactory {

  /** Makes sockets that are not connected. */
  @FunctionalInterface
  public interface Source {

    /**
     * Makes one.
     *
     * @return a guarded socket
     * @throws IOException if it cannot
     */
    GuardedSocket create() throws IOException;
  }

  private final Source sockets;
  private final AddressMemory memory;

  /**
   * A factory.
   *
   * @param sockets of its guard
   * @param memory which addresses of names have failed lately
   */
  public GuardedSocketFactory(Source sockets, AddressMemory memory) {
    this.sockets = sockets;
    this.memory = memory;
  }

  @Override
  public Socket createSocket() throws IOException {
    return sockets.create();
  }

  @Override
  public Socket createSocket(@Nullable String host, int port) throws IOException {
    return connected(addresses(host, port), null);
  }

  @Override
  public Socket createSocket(
      @Nullable String host, int port, @Nullable InetAddress local, int localPort)
      throws IOException {
    return connected(addresses(host, port), new InetSocketAddress(local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(List.of(new InetSocketAddress(host, port)), null);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, @Nullable InetAddress local, int localPort)
      throws IOException {
    return connected(
        List.of(new InetSocketAddress(host, port)), new InetSocketAddress(local, localPort));
  }

  private List<InetSocketAddress> addresses(@Nullable String host, int port) throws IOException {
    return memory.inOrder(
        Arrays.stream(InetAddress.getAllByName(host))
            .map(address -> new InetSocketAddress(address, port))
            .toList());
  }

  private Socket connected(List<InetSocketAddress> addresses, @Nullable InetSocketAddress local)
      throws IOException {
    GuardedSocket socket = sockets.create();
    try {
      if (local != null) {
        socket.bind(local);
      }
      socket.connect(addresses, memory);
      return socket;
    } catch (Throwable failed) {
      socket.close();
      throw failed;
    }
  }
}
