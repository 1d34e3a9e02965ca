package dev.holdfast.dial;

import java.net.ConnectException;
import java.net.SocketAddress;

/**
 * Every server a balancer led to spoke another protocol. Nothing of the caller's was sent. The
 * usual cause is a stale or wrong entry in the balancer's list of servers, a target port above all.
 */
public final class ForeignReplyException extends ConnectException {

  private static final long serialVersionUID = 1L;

  /**
   * Says what was met.
   *
   * @param remote the address dialled
   * @param dials how many dials there were
   * @param said the start of the last answer, printable
   */
  public ForeignReplyException(SocketAddress remote, int dials, String said) {
    super(
        "%d of %d dials of %s met a server of another protocol, last it said \"%s\": check the balancer's list of servers and their ports"
            .formatted(dials, dials, remote, said));
  }
}
