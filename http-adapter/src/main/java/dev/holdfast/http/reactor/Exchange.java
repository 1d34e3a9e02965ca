package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.retry.ReplaySafety;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One sending of a call over one connection, from the moment the request is prepared until its
 * response is complete. Confined to the connection's event loop.
 */
final class Exchange {

  /** What the guard itself gave up, because the path did not answer. */
  private static final Set<Cause> GIVEN_UP =
      EnumSet.of(Cause.PATH_SILENT, Cause.PROBES_UNANSWERED, Cause.KERNEL_TIMEOUT);

  private final Call call;
  private final GuardedConnection connection;
  private final Outgoing request;
  private final long beganNanos;
  private final @Nullable Http2StreamChannel stream;
  private final boolean reused;
  private final boolean activeAtStart;

  private long startOffset;
  private boolean answered;
  private boolean headDelivered;
  private boolean refused;
  private @Nullable Death reset;
  private @Nullable RetryDecision decision;
  private @Nullable ExchangeProgress progress;
  private @Nullable Death death;

  Exchange(
      Call call,
      GuardedConnection connection,
      @Nullable Http2StreamChannel stream,
      String method,
      long nowNanos) {
    this.call = call;
    this.connection = connection;
    this.stream = stream;
    this.beganNanos = nowNanos;
    this.startOffset = connection.ledger().handedDown();
    this.reused = call.found(connection);
    this.activeAtStart = connection.channel().isActive();
    Exchange before = call.lost();
    this.request = new Outgoing(method, before == null ? null : before.request);
  }

  Call call() {
    return call;
  }

  GuardedConnection connection() {
    return connection;
  }

  /** Whether the client's own loop can still be made to repeat it, see {@link LostLeg}. */
  boolean loopMayRepeat() {
    return !call.repeatsLegs() && !connection.sendsOnce() && call.loopMayRepeat();
  }

  long beganNanos() {
    return beganNanos;
  }

  /** A part of the request passes on its way to the wire. */
  void writes(Object part) {
    if (request.passes(part) && stream != null) {
      startOffset = connection.ledger().handedDown(); // until here it was other streams'
    }
  }

  /** Whether it asks for a tunnel. */
  boolean connects() {
    return request.connects();
  }

  private long sentBytes() {
    if (!opened()) {
      return 0;
    }
    return Math.max(0, connection.ledger().taken() - startOffset);
  }

  /** Whether it is on a stream that has its number, or on a connection of its own. */
  private boolean opened() {
    Http2StreamChannel on = stream;
    return on == null || Http2CodecUtil.isStreamIdValid(on.stream().id());
  }

  /** Its head could not be written. */
  void unwritten() {
    if (!opened()) {
      refused = true; // the peer allows no more streams, or wants none
    }
  }

  /** Whether the kernel has taken anything since the request began. */
  boolean left() {
    return sentBytes() > 0;
  }

  /** A byte of the response has arrived. */
  void answers() {
    answered = true;
  }

  /** The head of the response is whole, and from now on the caller's. */
  void headDelivered() {
    headDelivered = true;
    call.answered();
  }

  /** The same, where the response is there. */
  void headDelivered(HttpResponse head, ChannelPipeline pipeline) {
    boolean firstLeg = call.mayStartOver();
    headDelivered();
    DeclinedAnswer declined = DeclinedHead.of(head, pipeline, connection.remote());
    if (declined != null) {
      connection.guard().meters().declined(declined.code());
      if (firstLeg && mayRunTwice()) {
        call.declined(declined);
      }
    }
  }

  private boolean mayRunTwice() {
    return connection.guard().settings().shared().retries().mayRunTwice(safety())
        && !call.sentOnce()
        && !connection.sendsOnce()
        && hasBodyAgain();
  }

  private boolean hasBodyAgain() {
    return connection.guard().settings().replayableBodies() || request.repeatable(activeAtStart);
  }

  /** Whether the head of the response is the caller's. */
  boolean isDelivered() {
    return headDelivered;
  }

  /** Nothing more comes of it: a response that is kept must not keep its connection. */
  void over() {
    if (headDelivered) {
      call.forget(this);
    }
  }

  /** The client has given it up, on whatever thread. */
  void abandon() {
    try {
      connection.channel().eventLoop().execute(() -> connection.streamEnded(this));
    } catch (RejectedExecutionException shutDown) {
      // and so is the connection
    }
  }

  /** The server said, in HTTP/2, that it has not processed the request: RFC 9113, section 8.7. */
  void refused() {
    refused = true;
  }

  /** The server ended this stream alone, for a reason of its own. */
  void reset(String code) {
    reset = new Death(Cause.PEER_RESET, "RST_STREAM " + code, System.nanoTime());
  }

  /** What ended this exchange and not its connection; null if nothing did. */
  @Nullable Death endedAlone() {
    return refused
        ? new Death(Cause.PEER_CLOSED, "refused before it was processed", System.nanoTime())
        : reset;
  }

  /** Whether it is known that no server can have run any of it. */
  boolean neverSent() {
    ExchangeProgress far = progress;
    return far != null && far.neverSent();
  }

  /** Decides, once, what becomes of a call whose connection, or stream, was lost. */
  RetryDecision decide(Death of) {
    RetryDecision known = decision;
    if (known == null) {
      death = of;
      known = headDelivered ? RetryDecision.FAIL : ask(of);
      decision = known;
    }
    return known;
  }

  private RetryDecision ask(Death of) {
    call.lostAt(connection.remote());
    ExchangeProgress far =
        new ExchangeProgress(
            sentBytes(), false, answered ? 1 : 0, reused, mayRepeat(), failure(of));
    progress = far;
    return call.failed(request.method(), safety(), far, of.cause());
  }

  private ReplaySafety safety() {
    return RequestSafety.of(request.method(), request.keyed(), false);
  }

  /** Whether it may be sent again, as far as its body, its place and the user's will go. */
  private boolean mayRepeat() {
    boolean unsent = refused || (sentBytes() == 0 && !answered);
    boolean wanted = unsent || !(call.sentOnce() || connection.sendsOnce());
    return wanted && (call.mayRepeat() || loopMayRepeat()) && hasBodyAgain();
  }

  private ExchangeFailure failure(Death of) {
    if (refused) {
      return ExchangeFailure.REFUSED;
    }
    if (of.cause() == Cause.LOCAL_CLOSE) {
      return ExchangeFailure.OTHER;
    }
    if (stream != null && sentBytes() == 0) {
      return ExchangeFailure.REFUSED;
    }
    return GIVEN_UP.contains(of.cause()) ? ExchangeFailure.GIVEN_UP : ExchangeFailure.CLOSED;
  }

  /** What the caller gets: what is known of the outcome, else the client's own error. */
  Throwable error(Throwable clients) {
    Death of = death;
    ExchangeProgress far = progress;
    if (of == null || far == null || far.failure() == ExchangeFailure.OTHER) {
      return clients;
    }
    String name = RequestSafety.name(request.method());
    RuntimeException ours;
    if (decision == RetryDecision.AMBIGUOUS) {
      ours = new AmbiguousOutcomeException(name, far.delivery(), of.cause(), of.evidence());
    } else if (far.neverSent()) {
      connection.guard().meters().notExecuted(far.repeatable() ? "unsendable" : "unrepeatable");
      ours = new NotExecutedException(name, whyNotMoved(far));
    } else {
      return clients;
    }
    ours.initCause(clients);
    return ours;
  }

  private String whyNotMoved(ExchangeProgress far) {
    if (far.repeatable()) {
      return decision == RetryDecision.RETRY
          ? "each connection it was given to refused it, for as long as calls wait for one"
          : "two connections made for it ended before anything was sent";
    }
    return call.mayRepeat()
        ? "its connection was lost before anything was sent, and its body may not be there a"
            + " second time. Repeat it, or declare replayableBodies() if every body can be"
            + " subscribed to again"
        : "its stream was lost before anything was sent, and it follows an answer, a redirect say,"
            + " that is not to be asked for again. Repeat the call if all of it may run twice";
  }

  /** The same, after a later sending came to nothing: that says nothing of this one. */
  Throwable hiddenBy(Throwable later) {
    Death of = death;
    ExchangeProgress far = progress;
    if (of == null || far == null) {
      return later;
    }
    String name = RequestSafety.name(request.method());
    connection.guard().meters().ambiguous(name);
    var ours =
        new AmbiguousOutcomeException(name, far.delivery(), of.cause(), of.evidence(), safety());
    ours.initCause(later);
    return ours;
  }
}
