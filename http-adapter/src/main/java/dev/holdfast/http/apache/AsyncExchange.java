package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.GivenUp;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.wire.SocketErrors;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.jspecify.annotations.Nullable;

/**
 * One exchange over a connection: notes how far it gets, and what its failure says. Confined to the
 * reactor's thread of its connection; one that was never begun is failed by any.
 */
final class AsyncExchange implements AsyncClientExchangeHandler {

  /**
   * Of a connection that ended in an orderly way behind a GOAWAY with an error: not this stream.
   */
  private static final String WHOLE_CONNECTION = "Connection terminated";

  private final AsyncClientExchangeHandler users;
  private final AsyncCarrier carrier;
  private final AsyncRequest request;
  private final OpenSocket socket;
  private final boolean reused;
  private @Nullable Flight flight;
  private boolean begun;
  private boolean answered;
  private boolean bodyBegun;
  private boolean over;
  private boolean failed;
  private int stream;
  private volatile boolean unprocessed;

  /** What a channel threw is the wire's; anything else comes from the caller's body. */
  private @Nullable Exception ofChannel;

  private @Nullable Exception ofBody;

  AsyncExchange(AsyncClientExchangeHandler users, AsyncCarrier carrier, AsyncRequest request) {
    this.users = users;
    this.carrier = carrier;
    this.request = request;
    this.socket = carrier.socket();
    this.reused = socket.requests() > 0;
  }

  @Override
  public void produceRequest(RequestChannel channel, HttpContext context)
      throws HttpException, IOException {
    users.produceRequest(
        (head, body, itsContext) -> {
          begins(head, body);
          channel.sendRequest(head, body, itsContext);
        },
        context);
  }

  private void begins(HttpRequest head, @Nullable EntityDetails body) {
    EndpointDetails counters = carrier.isMultiplexed() ? null : carrier.counters();
    flight =
        new Flight(
            head,
            body == null ? null : request::isRepeatable,
            counters == null ? () -> begun ? 1 : 0 : counters::getSentBytesCount,
            counters == null ? () -> answered ? 1 : 0 : counters::getReceivedBytesCount,
            true,
            carrier.taken() >= 0,
            reused);
    begun = true;
    stream = carrier.begins(this);
    if (!Method.CONNECT.isSame(head.getMethod())) {
      request.sends();
    }
  }

  @Override
  public int available() {
    return users.available();
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    Flight mine = flight;
    if (!bodyBegun && mine != null) {
      bodyBegun = true;
      mine.bodyBegins();
      request.bodyBegins();
    }
    try {
      users.produce(new BodyChannel(channel, met -> ofChannel = met));
    } catch (IOException | RuntimeException thrown) {
      if (thrown != ofChannel) {
        ofBody = thrown;
      }
      throw thrown;
    }
  }

  @Override
  public void consumeInformation(HttpResponse response, HttpContext context)
      throws HttpException, IOException {
    requireWhole();
    Flight mine = flight;
    if (mine != null) {
      mine.interim(true); // a part of the answer may have come with it
    }
    users.consumeInformation(response, context);
  }

  @Override
  public void consumeResponse(
      HttpResponse response, @Nullable EntityDetails body, HttpContext context)
      throws HttpException, IOException {
    requireWhole();
    answered = true;
    socket.answered();
    ExchangingConnection.hinted(response, socket);
    if (body == null) {
      rests();
    }
    users.consumeResponse(response, body, context);
  }

  /** A head that the end of the input has cut. */
  private void requireWhole() throws ConnectionClosedException {
    if (carrier.hasInputEnded()) {
      throw cut(null);
    }
  }

  @Override
  public void updateCapacity(CapacityChannel capacity) throws IOException {
    users.updateCapacity(capacity);
  }

  @Override
  public void consume(ByteBuffer from) throws IOException {
    users.consume(from);
  }

  @Override
  public void streamEnd(@Nullable List<? extends Header> trailers)
      throws HttpException, IOException {
    rests();
    users.streamEnd(trailers);
  }

  /** Before its client hears of it, and uses the connection for the next. */
  private void rests() {
    if (begun && !over) {
      over = true;
      carrier.rests(this, answered);
    }
  }

  @Override
  public void failed(Exception thrown) {
    if (failed) {
      return; // its connection was closed for the first failure
    }
    failed = true;
    Exception told = thrown;
    if (!over || !answered) {
      CurrentRequest outer = CurrentRequest.get();
      CurrentRequest.set(request);
      try {
        told = judged(thrown);
      } finally {
        CurrentRequest.set(outer);
      }
    }
    rests();
    users.failed(told);
  }

  /** HttpClient's parser has its own words for a head that the end of the input has cut. */
  private Exception judged(Exception thrown) {
    if (thrown instanceof HttpException && !answered && carrier.hasInputEnded()) {
      return met(cut(thrown));
    }
    return met(thrown);
  }

  private static ConnectionClosedException cut(@Nullable Exception thrown) {
    ConnectionClosedException cut =
        new ConnectionClosedException("connection closed within the answer's head");
    cut.initCause(thrown);
    return cut;
  }

  private Exception met(Exception thrown) {
    if (thrown == ofBody || !(thrown instanceof IOException failure)) {
      Flight mine = flight;
      if (thrown instanceof HttpException malformed && mine != null) {
        FailedExchange.malformed(malformed, mine);
      }
      return thrown;
    }
    if (isRefused(failure)) {
      request.attempts().lostAt(socket.endpoint());
      request.failed(
          new ExchangeProgress(
              0, false, 0, reused, !bodyBegun || request.isRepeatable(), ExchangeFailure.REFUSED),
          Cause.PEER_CLOSED,
          failure.getClass().getSimpleName());
      return thrown;
    }
    Flight mine = flight;
    if (mine == null) {
      return neverBegun(failure);
    }
    if (failure instanceof H2StreamResetException) {
      request.attempts().lostAt(socket.endpoint());
      request.failed(
          mine.failed(ExchangeFailure.CLOSED),
          Cause.PEER_RESET,
          failure.getClass().getSimpleName());
      return thrown; // the connection is well, as far as is known
    }
    IOException seen = asOfASocket(failure);
    IOException told = FailedExchange.with(seen, socket, mine, carrier.isClosedHere());
    if (socket.end().death() != null) {
      carrier.ended(
          !(failure
              instanceof
              ConnectionClosedException)); // while the kernel can still be asked who closed
    }
    return told == seen ? thrown : told;
  }

  /** The connection ended while the request waited for its turn on it. */
  private IOException neverBegun(IOException failure) {
    Death known = socket.end().death();
    Death why =
        known != null
            ? known
            : HttpDeath.of(asOfASocket(failure))
                .orElse(new Death(Cause.PEER_CLOSED, failure.getClass().getSimpleName()));
    boolean lost = socket.end().condemned() || !carrier.isClosedHere();
    if (lost && HttpDeath.of(asOfASocket(failure)).isPresent()) {
      socket.end().dies(why);
      request.attempts().lostAt(socket.endpoint());
      request.failed(
          new ExchangeProgress(0, false, 0, reused, true, ExchangeFailure.CLOSED),
          why.cause(),
          why.evidence());
    }
    return socket.end().condemned() ? GivenUp.because(socket, failure) : failure;
  }

  /** Whether it is a stream of HTTP/2 behind that one. */
  boolean isBehind(int lastStream) {
    return stream > lastStream;
  }

  /** Its server has said so. Some of HttpClient's lines forget a stream that is closed then. */
  void notProcessed() {
    unprocessed = true;
    failed(new RequestNotExecutedException());
  }

  /** HTTP/2 says it of each stream (RFC 9113, section 8.7): nothing has run. */
  private boolean isRefused(IOException failure) {
    return unprocessed
        || (flight != null && failure instanceof RequestNotExecutedException)
        || (failure instanceof H2StreamResetException reset
            && reset.getCode() == H2Error.REFUSED_STREAM.getCode()
            && !String.valueOf(reset.getMessage()).startsWith(WHOLE_CONNECTION));
  }

  /** A channel throws for a failed write what anybody may throw. */
  private static IOException asOfASocket(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure.getClass() != IOException.class || SocketErrors.known(message).isEmpty()) {
      return failure;
    }
    SocketException same = new SocketException(message);
    same.initCause(failure);
    return same;
  }

  /** HttpClient 5.4 cancels the streams of HTTP/2 whose connection has ended. */
  @Override
  public void cancel() {
    if (begun && !over && !request.isGone()) {
      failed(new ConnectionClosedException("Connection is closed"));
    } else {
      users.cancel();
    }
  }

  @Override
  public void releaseResources() {
    rests();
    users.releaseResources();
  }
}
