package dev.holdfast.internal.http;

/** How an exchange failed, as the client saw it. */
public enum ExchangeFailure {
  /**
   * There was no connection to send the request on: the connect, the TLS handshake or the proxy's
   * tunnel failed, or the guard refused the connection before the first byte.
   */
  CONNECT,
  /**
   * The request met a connection that takes no more, as HTTP/2 says of each stream (RFC 9113,
   * section 8.7): it was not processed. Another connection may take it.
   */
  REFUSED,
  /** The connection ended: a FIN or an RST was read, or a write met one. */
  CLOSED,
  /** The guard gave the connection up, because its path swallows segments. */
  GIVEN_UP,
  /** The client's own timeout for the answer: the server may only be slow. */
  TIMEOUT,
  /** The answer is not HTTP, or not valid HTTP. */
  MALFORMED,
  /** Anything else: the caller cancelled, a body could not be produced. */
  OTHER
}
