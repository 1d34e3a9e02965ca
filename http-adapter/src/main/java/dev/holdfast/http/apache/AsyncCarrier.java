package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.SSLSessionInitializer;
import org.apache.hc.core5.reactor.ssl.SSLSessionVerifier;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The session under one connection of the pool. One that must not be used answers that it is not
 * open: the client connects again, in the same place. Thread-safe.
 */
final class AsyncCarrier extends ForwardingProtocolSession implements ReuseCheck.Input {

  /** Who was asked last whether it is open, on a thread that wants to know. */
  private static final class Asked {
    private @Nullable AsyncCarrier latest;
  }

  private static final ThreadLocal<@Nullable Asked> ASKED = new ThreadLocal<>();

  private final OpenSocket socket;
  private final AsyncCarriers carriers;
  private final Set<AsyncExchange> running = ConcurrentHashMap.newKeySet();
  private final GoAwayTap tap = new GoAwayTap();
  private int streams;
  private volatile boolean refused;
  private volatile boolean aside;
  private volatile boolean again;
  private volatile boolean closedHere;
  private volatile long receivedAtRest;
  private volatile boolean inputEnded;

  AsyncCarrier(ProtocolIOSession session, OpenSocket socket, AsyncCarriers carriers) {
    super(session);
    this.socket = socket;
    this.carriers = carriers;
    carriers.add(this);
    if (!session.isOpen()) {
      ended(true); // its listener may have been told before
    }
  }

  /**
   * Which connection stands behind an endpoint of the pool's, which does not tell: the one that it
   * asks.
   *
   * @param isConnected of the endpoint
   * @return null if it has none of the guard's, or none that is open
   */
  static @Nullable AsyncCarrier behind(BooleanSupplier isConnected) {
    Asked asked = new Asked();
    @Nullable Asked outer = ASKED.get();
    ASKED.set(asked);
    try {
      return isConnected.getAsBoolean() ? asked.latest : null;
    } finally {
      ASKED.set(outer);
    }
  }

  OpenSocket socket() {
    return socket;
  }

  @Override
  public boolean isOpen() {
    Asked asked = ASKED.get();
    if (asked != null) {
      asked.latest = this;
    }
    return super.isOpen() && !refused && !aside && socket.end().death() == null;
  }

  /** It must not be used: whoever has leased it finds it closed. */
  void refuse(Death why) {
    socket.end().dies(why);
    socket.end().ends(true);
    refused = true;
  }

  /**
   * It works, and another is dialled in its place: it is not open for its pool, which lets go of
   * it, and stays open.
   */
  void setAside() {
    aside = true;
  }

  /**
   * There is no other.
   *
   * @return whether it is open yet, for the pool too
   */
  boolean restore() {
    socket.name().stays();
    again = true;
    aside = false;
    return isOpen();
  }

  /** There is another, or nobody who wants one. */
  void drop(Death why) {
    refuse(why);
    aside = false;
    close(CloseMode.IMMEDIATE);
  }

  /** A pool that closes a connection gives it a second for that. */
  @Override
  public void setSocketTimeout(Timeout timeout) {
    if (!aside) {
      super.setSocketTimeout(timeout);
    }
  }

  /** One that was handed to the pool again has its TLS. */
  @Override
  public void startTls(
      SSLContext tls,
      NamedEndpoint endpoint,
      SSLBufferMode buffers,
      SSLSessionInitializer initializer,
      SSLSessionVerifier verifier,
      Timeout timeout,
      FutureCallback<TransportSecurityLayer> callback) {
    if (again) {
      callback.completed(this);
    } else {
      super.startTls(tls, endpoint, buffers, initializer, verifier, timeout, callback);
    }
  }

  /** Whether whoever leases connections, or the client, has closed it. */
  boolean isClosedHere() {
    return closedHere;
  }

  /** Whether exchanges share it; known once one has begun. */
  boolean isMultiplexed() {
    HttpConnection connection = connection();
    ProtocolVersion version = connection == null ? null : connection.getProtocolVersion();
    return version != null && version.greaterEquals(HttpVersion.HTTP_2);
  }

  private @Nullable HttpConnection connection() {
    return getHandler() instanceof HttpConnection connection ? connection : null;
  }

  /** Its counters: bytes that it gave to the channel below it, and took. */
  @Nullable EndpointDetails counters() {
    HttpConnection connection = connection();
    return connection == null ? null : connection.getEndpointDetails();
  }

  private long received() {
    EndpointDetails counters = counters();
    return counters == null ? 0 : counters.getReceivedBytesCount();
  }

  /** Whether somebody waits for an answer on it. */
  boolean isBusy() {
    return !running.isEmpty();
  }

  /**
   * An exchange begins.
   *
   * @return the stream of HTTP/2 that it gets: the client's are numbered 1, 3, 5; 0 for others
   */
  synchronized int begins(AsyncExchange exchange) {
    if (running.isEmpty()) {
      socket.begins();
    } else {
      socket.joins();
    }
    running.add(exchange);
    return isMultiplexed() ? 2 * streams++ + 1 : 0;
  }

  /** An exchange has ended. */
  synchronized void rests(AsyncExchange exchange, boolean answered) {
    receivedAtRest = received();
    if (running.remove(exchange) && running.isEmpty()) {
      socket.rests(answered);
    }
  }

  /** What was read in plain text, by whomever. On the reactor's thread. */
  void sees(ByteBuffer input, int start, int end) {
    int last = tap.read(input, start, end);
    if (last != GoAwayTap.NONE) {
      goesAway(last);
    }
  }

  /**
   * The server takes no more streams, and processes none behind this one. HttpClient would wait for
   * their answers. Where others wait for answers that do come, they are left alone, all of them.
   */
  private void goesAway(int lastStream) {
    boolean none = running.stream().allMatch(exchange -> exchange.isBehind(lastStream));
    if (isBusy() && none) {
      socket.end().dies(new Death(Cause.PEER_CLOSED, "GOAWAY"));
      session().close(CloseMode.IMMEDIATE);
      List.copyOf(running).forEach(AsyncExchange::notProcessed);
    }
  }

  /** TLS reads more than it hands on, and HTTP/2 more than answers. */
  @Override
  public long taken() {
    return getTlsDetails() == null && !isMultiplexed() ? received() : -1;
  }

  /**
   * The reactor reads what arrives at any time, so what nobody asked for was read, or waits for the
   * reactor.
   */
  @Override
  public @Nullable Death unasked(WireSnapshot wire, long idleNanos) {
    if (isMultiplexed()) {
      return null;
    }
    long taken = taken();
    boolean waits =
        taken >= 0 && wire.source() != WireSource.NONE && socket.received() > Math.max(taken, 0);
    return waits || received() != receivedAtRest
        ? new Death(Cause.UNSOLICITED_INPUT, "input behind the last answer")
        : null;
  }

  /** The end of its input was read. On the reactor's thread. */
  void inputEnds() {
    inputEnded = true;
    if (!isBusy() && socket.requests() > 0) {
      socket.end().dies(new Death(Cause.PEER_CLOSED, "end of input on an idle connection"));
      ended(false); // while the kernel can still be asked who closed
    }
  }

  /**
   * Whether the end of its input was read: HttpClient takes a head that ends there for a whole one.
   */
  boolean hasInputEnded() {
    return inputEnded;
  }

  /** The reactor has met an error. */
  void failed(Exception thrown) {
    if (thrown instanceof IOException failure && !isBusy()) {
      HttpDeath.of(failure).ifPresent(socket.end()::dies);
    }
  }

  /** It is about to be closed, or has been. */
  void ended(boolean abort) {
    carriers.remove(this);
    socket.end().ends(abort);
  }

  @Override
  public void close() {
    if (aside) {
      return;
    }
    closedHere = true;
    ended(false);
    super.close();
  }

  @Override
  public void close(CloseMode mode) {
    if (aside) {
      return;
    }
    closedHere = true;
    ended(mode == CloseMode.IMMEDIATE);
    super.close(mode);
  }
}
