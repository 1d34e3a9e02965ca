package dev.holdfast.http.apache;

import java.net.SocketException;

/** What a caller gets whose connection the guard gave up, in place of "Socket closed". */
final class GivenUp {

  private GivenUp() {}

  static SocketException because(GuardedSocket socket, Exception thrown) {
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
