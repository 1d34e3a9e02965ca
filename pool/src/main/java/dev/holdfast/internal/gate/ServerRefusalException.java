package dev.holdfast.internal.gate;

import java.net.ConnectException;
import java.net.SocketAddress;

/**
 * A server accepted the connection only to say that it does not want it, having too many for
 * example. Nothing of the caller's was sent.
 */
public final class ServerRefusalException extends ConnectException {

  private static final long serialVersionUID = 1L;

  /**
   * Passes on what the server said.
   *
   * @param remote the address dialled
   * @param said its first words, printable
   */
  public ServerRefusalException(SocketAddress remote, String said) {
    super(said + ": " + remote);
  }
}
