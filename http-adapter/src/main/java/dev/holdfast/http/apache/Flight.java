package dev.holdfast.http.apache;

import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.Method;
import org.jspecify.annotations.Nullable;

/** How far one exchange has got. Confined to the thread that has leased the connection. */
final class Flight {

  private final EndpointDetails counters;
  private final long sentBefore;
  private long receivedBefore;
  private final boolean reused;
  private final boolean tunnel;
  private final @Nullable HttpEntity body;
  private final boolean expects;
  private boolean bodyBegun;
  private boolean bodySent;
  private boolean whole;

  /**
   * @param counters of the connection: bytes the kernel took and gave
   * @param reused whether the connection has carried an exchange before
   */
  Flight(ClassicHttpRequest request, EndpointDetails counters, boolean reused) {
    this.counters = counters;
    this.sentBefore = counters.getSentBytesCount();
    this.receivedBefore = counters.getReceivedBytesCount();
    this.reused = reused;
    this.tunnel = Method.CONNECT.isSame(request.getMethod());
    this.body = request.getEntity();
    this.bodySent = body == null;
    this.expects = body != null && request.containsHeader(HttpHeaders.EXPECT);
  }

  /**
   * What was received so far is no part of the answer.
   *
   * @param more whether a part of what follows has been received with it
   */
  void interim(boolean more) {
    receivedBefore = counters.getReceivedBytesCount() - (more ? 1 : 0);
  }

  void bodyBegins() {
    bodyBegun = true;
  }

  void bodySent() {
    bodySent = true;
  }

  /** Everything written so far was taken by the kernel. */
  void flushed() {
    whole = bodySent;
  }

  /** The request for a proxy's tunnel is not the caller's: that one was never sent. */
  ExchangeProgress failed(ExchangeFailure how) {
    boolean repeatable = body == null || body.isRepeatable() || !bodyBegun;
    if (tunnel) {
      boolean lost = how == ExchangeFailure.CLOSED || how == ExchangeFailure.GIVEN_UP;
      return new ExchangeProgress(
          0, false, 0, reused, repeatable, lost ? ExchangeFailure.CONNECT : how);
    }
    long received = counters.getReceivedBytesCount() - receivedBefore;
    long sent = counters.getSentBytesCount() - sentBefore;
    if (expects && !bodyBegun && received == 0) {
      // The server was asked first and has not said yes (RFC 9110, section 10.1.1): nothing ran.
      return new ExchangeProgress(0, false, 0, reused, true, how);
    }
    // A failed write may have handed over a part that the counter does not show.
    long atLeast = !whole && bodyBegun && how != ExchangeFailure.CONNECT ? Math.max(1, sent) : sent;
    return new ExchangeProgress(atLeast, whole && sent > 0, received, reused, repeatable, how);
  }
}
