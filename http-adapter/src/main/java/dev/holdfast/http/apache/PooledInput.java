package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a pooled connection, in HttpClient's buffer, in that of TLS or in the kernel's.
 *
 * @param observed of the connection
 */
record PooledInput(
    OpenSocket socket, ManagedHttpClientConnection connection, ObservedSocket observed)
    implements ReuseCheck.Input {

  /**
   * Without {@code TCP_INFO} only a read finds a FIN, and takes a millisecond: not for the young.
   */
  private static final long READ_AFTER_NANOS = Duration.ofMillis(100).toNanos();

  /** TLS reads more than it hands on. */
  @Override
  public long taken() {
    return observed.top() instanceof SSLSocket ? -1 : observed.taken();
  }

  @Override
  public @Nullable Death unasked(WireSnapshot wire, long idleNanos) {
    try {
      if (holdsInput(connection, observed) && !Leftovers.dropLineEnds(connection, observed)) {
        return new Death(Cause.UNSOLICITED_INPUT, "input behind the last answer");
      }
      Socket top = observed.top();
      boolean tls = top instanceof SSLSocket;
      if (!tls && socket.received() == observed.taken()) {
        return null; // the reading that tells the state tells this too, without a second call
      }
      boolean input =
          socket.base().getInputStream().available() > 0
              || (tls && top.getInputStream().available() > 0);
      // TLS 1.3 sends tickets nobody reads until the next answer (RFC 8446, section 4.6.1), so
      // bytes on the wire are none of HTTP's yet: the TLS layer has to read them.
      boolean blind = wire.source() == WireSource.NONE && idleNanos >= READ_AFTER_NANOS;
      if (!input && !blind) {
        return null;
      }
      if (connection.isStale()) {
        return new Death(Cause.PEER_CLOSED, "end of input on an idle connection");
      }
      return holdsInput(connection, observed) && !Leftovers.dropLineEnds(connection, observed)
          ? new Death(Cause.UNSOLICITED_INPUT, "input on an idle connection")
          : null;
    } catch (HttpException | IOException failed) {
      return failed instanceof IOException io
          ? HttpDeath.of(io).orElse(new Death(Cause.PEER_RESET, "unreadable"))
          : new Death(Cause.UNSOLICITED_INPUT, "unreadable");
    }
  }

  /** HttpClient's own stale check fetches what it finds and calls the connection healthy. */
  static boolean holdsInput(ManagedHttpClientConnection connection, ObservedSocket observed)
      throws IOException {
    observed.shut(true);
    try {
      return connection.isDataAvailable(Timeout.ONE_MILLISECOND);
    } finally {
      observed.shut(false);
    }
  }
}
