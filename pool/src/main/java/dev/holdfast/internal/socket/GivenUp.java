package dev.holdfast.internal.socket;

import java.net.SocketException;

/** What a caller gets whose connection the guard gave up, in place of "Socket closed". */
public final class GivenUp {

  private GivenUp() {}

  /**
   * Says why.
   *
   * @param socket that was given up
   * @param thrown what its caller met
   * @return with the other as its cause
   */
  public static SocketException because(OpenSocket socket, Exception thrown) {
    Death death = socket.end().death();
    SocketException said =
        new SocketException(
            death == null
                ? "connection given up"
                : "connection given up: %s [%s]".formatted(death.cause().text(), death.evidence()));
    said.initCause(thrown);
    return said;
  }
}
