package dev.holdfast.lab.http;

/** What becomes of a connection after a fault. */
public enum Ending {
  /** The server closes it: a FIN, after TLS' own farewell. What still arrives is not answered. */
  FIN,
  /** The server resets it. */
  RST,
  /** It stays open, and the server goes on with whatever request comes next. */
  OPEN
}
