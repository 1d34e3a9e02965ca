package dev.holdfast.internal.diagnosis;

/** How an attempt to connect ended. */
public enum ConnectEnd {
  /** The connection stands. */
  CONNECTED("connected"),
  /** No answer until the client's timeout, or {@code ETIMEDOUT}. */
  TIMED_OUT("connect timed out"),
  /** {@code ECONNREFUSED}. */
  REFUSED("connect was refused"),
  /** {@code EADDRNOTAVAIL}; Java's {@code BindException: Cannot assign requested address}. */
  NO_LOCAL_PORT("no local port"),
  /** {@code EHOSTUNREACH} or {@code ENETUNREACH}. */
  UNREACHABLE("no route to the host"),
  /** Connected, and the server answered the client's greeting with an error. */
  HANDSHAKE_REFUSED("the server refused the handshake"),
  /** Connected, and the first reply is of another protocol. */
  FOREIGN_REPLY("the first reply is of another protocol"),
  /** Connected, and closed or reset by the other side before it said anything. */
  HUNG_UP("accepted and hung up without a word");

  private final String text;

  ConnectEnd(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
