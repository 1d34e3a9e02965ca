package dev.holdfast.http.apache;

import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.socket.OpenSocket;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;
import org.jspecify.annotations.Nullable;

/** How far one exchange has got. Confined to one thread at a time: whichever exchanges. */
final class Flight {

  private final LongSupplier sentBytes;
  private final LongSupplier receivedBytes;
  private final boolean countsAll;
  private final boolean plain;
  private final long sentBefore;
  private long receivedBefore;
  private final boolean reused;
  private final boolean tunnel;
  private final @Nullable BooleanSupplier body;
  private final boolean expects;
  private boolean bodyBegun;
  private boolean bodySent;
  private boolean whole;
  private boolean untaken;

  /**
   * Over a blocking connection.
   *
   * @param counters of the connection: bytes the kernel took and gave
   * @param plain whether there is no TLS, whose own bytes are not counted
   * @param reused whether the connection has carried an exchange before
   */
  Flight(ClassicHttpRequest request, EndpointDetails counters, boolean plain, boolean reused) {
    this(
        request,
        repeatable(request.getEntity()),
        counters::getSentBytesCount,
        counters::getReceivedBytesCount,
        false,
        plain,
        reused);
  }

  private static @Nullable BooleanSupplier repeatable(@Nullable HttpEntity body) {
    return body == null ? null : body::isRepeatable;
  }

  /**
   * Over any connection.
   *
   * @param body whether it can be produced again; null if there is none
   * @param sentBytes the kernel took from the connection so far
   * @param receivedBytes the kernel gave to the connection so far
   * @param countsAll whether nothing that the kernel took is missing there, not even of a write
   *     that failed
   * @param plain whether both count all that passed, and each byte once
   * @param reused whether the connection has carried an exchange before
   */
  Flight(
      HttpRequest request,
      @Nullable BooleanSupplier body,
      LongSupplier sentBytes,
      LongSupplier receivedBytes,
      boolean countsAll,
      boolean plain,
      boolean reused) {
    this.sentBytes = sentBytes;
    this.receivedBytes = receivedBytes;
    this.countsAll = countsAll;
    this.plain = plain;
    this.sentBefore = sentBytes.getAsLong();
    this.receivedBefore = receivedBytes.getAsLong();
    this.reused = reused;
    this.tunnel = Method.CONNECT.isSame(request.getMethod());
    this.body = body;
    this.bodySent = body == null;
    this.expects = body != null && request.containsHeader(HttpHeaders.EXPECT);
  }

  /**
   * What was received so far is no part of the answer.
   *
   * @param more whether a part of what follows has been received with it
   */
  void interim(boolean more) {
    receivedBefore = receivedBytes.getAsLong() - (more ? 1 : 0);
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

  /**
   * The connection was closed by its server, perhaps before anything of the request came there.
   *
   * @param patient whether to wait for what tells
   */
  void closed(OpenSocket socket, boolean patient) {
    untaken =
        plain && socket.cameToNobody(sentBefore, receivedBytes.getAsLong(), patient && !countsAll);
  }

  /** The request for a proxy's tunnel is not the caller's: that one was never sent. */
  ExchangeProgress failed(ExchangeFailure how) {
    boolean repeatable = body == null || !bodyBegun || body.getAsBoolean();
    if (tunnel) {
      boolean lost = how == ExchangeFailure.CLOSED || how == ExchangeFailure.GIVEN_UP;
      return new ExchangeProgress(
          0, false, 0, reused, repeatable, lost ? ExchangeFailure.CONNECT : how);
    }
    long received = receivedBytes.getAsLong() - receivedBefore;
    long sent = sentBytes.getAsLong() - sentBefore;
    if (untaken && received == 0) {
      return new ExchangeProgress(0, false, 0, reused, repeatable, how);
    }
    if (expects && !bodyBegun && received == 0) {
      // The server was asked first and has not said yes (RFC 9110, section 10.1.1): nothing ran.
      return new ExchangeProgress(0, false, 0, reused, true, how);
    }
    // A failed write may have handed over a part that the counter does not show.
    boolean untold = !countsAll && !whole && bodyBegun && how != ExchangeFailure.CONNECT;
    long atLeast = untold ? Math.max(1, sent) : sent;
    return new ExchangeProgress(atLeast, whole && sent > 0, received, reused, repeatable, how);
  }
}
