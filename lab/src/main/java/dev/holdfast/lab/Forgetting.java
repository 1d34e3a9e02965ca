package dev.holdfast.lab;

/** What a flow meets once the middlebox has forgotten it. */
public enum Forgetting {
  /**
   * The client's next byte is answered by an RST. Until then both ends believe in the connection;
   * the server's end is closed together with the client's.
   */
  RESET_ON_NEXT_BYTE,
  /**
   * The client's bytes vanish and nothing ever comes back: no reply, no FIN, no RST, in either
   * direction. This forwarder lives in user space, so its kernel still acknowledges the client's
   * segments: {@code TCP_INFO} shows a healthy path, as it does behind any proxy.
   */
  SILENCE,
  /**
   * The server closed the idle connection and its FIN was lost: the client still believes in the
   * connection, its next byte is answered by an RST. The server's own FIN is swallowed whenever it
   * comes; at the idle limit the middlebox closes the server's end itself.
   */
  FIN_LOST
}
