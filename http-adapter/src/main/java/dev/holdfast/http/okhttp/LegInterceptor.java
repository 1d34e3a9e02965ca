package dev.holdfast.http.okhttp;

import dev.holdfast.internal.dial.ConnectListener;
import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.KeepAliveHint;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
import java.io.IOException;
import java.util.List;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sees each exchange from its connection to the head of its answer, in front of the user's network
 * interceptors. What failed it hands to the client's own retry, or past it, as the guard's table
 * says.
 */
final class LegInterceptor implements Interceptor {

  private final Carriers carriers;
  private final Installation installation;
  private final ConnectListener connects;

  /**
   * @param connects hears of foreign answers, which are known only after the connect
   */
  LegInterceptor(Carriers carriers, Installation installation, ConnectListener connects) {
    this.carriers = carriers;
    this.installation = installation;
    this.connects = connects;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    CurrentCall call = CurrentCall.get();
    Connection connection = chain.connection();
    Carrier carrier = connection == null ? null : carriers.of(connection);
    if (call == null || carrier == null || carrier.open() == null) {
      installation.passes(call != null, connection);
      if (call != null) {
        call.passesUnseen();
      }
      return chain.proceed(request);
    }
    RequestBody body = request.body();
    if (body != null && body.isDuplex()) {
      call.isLeftAlone();
      return chain.proceed(request); // two streams at once, of which the caller has both
    }
    if (isHttp2(chain.connection())) {
      carrier.multiplex();
    }
    call.begins(request);
    return new Leg(carrier, carrier.open(), request, connects).run(chain, call);
  }

  private static boolean isHttp2(@Nullable Connection connection) {
    return connection != null
        && (connection.protocol() == Protocol.HTTP_2
            || connection.protocol() == Protocol.H2_PRIOR_KNOWLEDGE);
  }

  /** One exchange. */
  private static final class Leg {

    private final Carrier carrier;
    private final OpenSocket socket;
    private final Request request;
    private final long offeredBefore;
    private final long receivedBefore;
    private final boolean reused;
    private final ConnectListener connects;

    Leg(Carrier carrier, OpenSocket socket, Request request, ConnectListener connects) {
      this.connects = connects;
      this.carrier = carrier;
      this.socket = socket;
      this.request = request;
      this.offeredBefore = carrier.offeredBytes();
      this.receivedBefore = carrier.receivedBytes();
      this.reused = carrier.begins();
    }

    Response run(Chain chain, CurrentCall call) throws IOException {
      boolean answered = false;
      try {
        Response response = chain.proceed(request);
        answered = true;
        hear(response);
        call.answers();
        return response;
      } catch (IOException thrown) {
        throw failed(thrown, call);
      } finally {
        carrier.rests(answered);
      }
    }

    private void hear(Response response) {
      List<String> fields = response.headers("Keep-Alive");
      if (!fields.isEmpty()) {
        KeepAliveHint hint = KeepAliveHint.parse(fields);
        socket.hinted(hint.maxIdleAge(socket.plan()), hint.timeout());
      }
    }

    private IOException failed(IOException thrown, CurrentCall call) {
      ExchangeFailure how = Failures.how(thrown, socket);
      Death why = Failures.why(thrown, socket);
      boolean streamOnly =
          carrier.isMultiplexed() && (how == ExchangeFailure.REFUSED || !carrier.isClosed());
      if (how == ExchangeFailure.CLOSED && !streamOnly) {
        socket.end().dies(why);
      }
      ExchangeProgress far = progress(how, call.awaited());
      if (how == ExchangeFailure.CLOSED && cameToNobody(far, !call.mayRunTwice())) {
        far = new ExchangeProgress(0, false, 0, reused, far.repeatable(), how);
      }
      if (!reused && Failures.isForeign(thrown)) {
        connects.ended(socket.foreign());
      }
      return call.fails(thrown, far, why.cause(), why.evidence());
    }

    /** The bytes of the socket itself are counted, those of TLS included. */
    private boolean cameToNobody(ExchangeProgress far, boolean patient) {
      return !carrier.isMultiplexed()
          && far.receivedBytes() == 0
          && socket.cameToNobody(offeredBefore, carrier.receivedBytes(), patient);
    }

    /**
     * Of a write that the kernel refused its last byte did not go, and no request was whole. Over
     * HTTP/2 it may have held all of another call besides; and a connection that is given up fails
     * the writes under way, whatever the kernel took.
     */
    private long written(ExchangeFailure how) {
      boolean untold = carrier.isMultiplexed() || how == ExchangeFailure.GIVEN_UP;
      return untold ? carrier.offeredBytes() : carrier.sentBytes();
    }

    /** Under TLS and over HTTP/2 what was received is not the answer's alone, and not counted. */
    private ExchangeProgress progress(ExchangeFailure how, @Nullable AwaitedBody awaited) {
      if (awaited != null && awaited.neverLeft() && how != ExchangeFailure.TIMEOUT) {
        // The server was asked first and has not said yes (RFC 9110, section 10.1.1): nothing ran.
        return new ExchangeProgress(0, false, 0, reused, true, how);
      }
      boolean own = !carrier.isMultiplexed() && request.url().scheme().equals("http");
      long received = own ? carrier.receivedBytes() - receivedBefore : 0;
      return new ExchangeProgress(
          Math.max(0, written(how) - offeredBefore),
          false,
          received,
          reused,
          CallInterceptor.isRepeatable(request),
          how);
    }
  }
}
