package dev.holdfast.http.apache;

import dev.holdfast.internal.http.KeepAliveHint;
import dev.holdfast.internal.socket.GivenUp;
import dev.holdfast.internal.socket.OpenSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges over one connection: how far each gets, and what its failure says. Which connection
 * carries them is its subclass' part.
 */
abstract class ExchangingConnection extends ForwardingConnection {

  /** One call of the connection underneath. */
  @FunctionalInterface
  private interface Step {
    void run() throws HttpException, IOException;
  }

  private @Nullable Flight flight;

  /** The socket underneath; null before there is one. */
  abstract @Nullable OpenSocket socket();

  /** Its streams; null before there are any. */
  abstract @Nullable ObservedSocket observed();

  /** Whether the client has closed the connection. */
  abstract boolean isClosedHere();

  /** Nothing is in flight. */
  final void rests() {
    flight = null;
  }

  @Override
  public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
    OpenSocket mine = socket();
    if (mine == null) {
      delegate().sendRequestHeader(request);
      return;
    }
    ObservedSocket tapped = observed();
    boolean plain = tapped != null && tapped.session() == null;
    flight = new Flight(request, delegate().getEndpointDetails(), plain, mine.requests() > 0);
    mine.begins();
    CurrentRequest current = CurrentRequest.get();
    if (current != null && !Method.CONNECT.isSame(request.getMethod())) {
      current.sends();
    }
    watched(() -> delegate().sendRequestHeader(request));
  }

  @Override
  public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
    Flight mine = flight;
    if (mine != null) {
      mine.bodyBegins();
    }
    watched(() -> delegate().sendRequestEntity(request));
    if (mine != null) {
      mine.bodySent();
    }
  }

  @Override
  public void terminateRequest(ClassicHttpRequest request) throws HttpException, IOException {
    watched(() -> delegate().terminateRequest(request));
  }

  @Override
  public void flush() throws IOException {
    try {
      delegate().flush();
    } catch (IOException thrown) {
      throw failed(thrown);
    }
    Flight mine = flight;
    if (mine != null) {
      mine.flushed();
    }
  }

  @Override
  public boolean isDataAvailable(Timeout timeout) throws IOException {
    try {
      return delegate().isDataAvailable(timeout);
    } catch (IOException thrown) {
      throw failed(thrown);
    }
  }

  @Override
  public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
    ClassicHttpResponse response;
    try {
      response = delegate().receiveResponseHeader();
    } catch (IOException thrown) {
      throw failed(thrown);
    } catch (HttpException thrown) {
      if (ended()) {
        throw failed(cut(thrown));
      }
      throw malformed(thrown);
    }
    if (ended()) {
      throw failed(cut(null));
    }
    OpenSocket mine = socket();
    ObservedSocket tapped = observed();
    Flight far = flight;
    if (far != null && tapped != null && response.getCode() < HttpStatus.SC_SUCCESS) {
      far.interim(PooledInput.holdsInput(delegate(), tapped));
    }
    if (mine != null && tapped != null) {
      mine.answered();
      tapped.arrived(); // so far, which is what the clock has just noted
      hinted(response, mine);
    }
    return response;
  }

  /** What the server says of how long it keeps the connection. */
  static void hinted(HttpResponse response, OpenSocket socket) {
    Header[] hints = response.getHeaders("Keep-Alive");
    if (hints.length > 0) {
      List<String> fields = new ArrayList<>(hints.length);
      for (Header hint : hints) {
        fields.add(String.valueOf(hint.getValue()));
      }
      KeepAliveHint hint = KeepAliveHint.parse(fields);
      socket.hinted(hint.maxIdleAge(socket.plan()), hint.timeout());
    }
  }

  private boolean ended() {
    ObservedSocket tapped = observed();
    return tapped != null && tapped.ended();
  }

  /** HttpClient takes a head that ends behind its status line for a whole one. */
  private static IOException cut(@Nullable HttpException thrown) {
    IOException cut = new ConnectionClosedException("connection closed within the answer's head");
    cut.initCause(thrown);
    return cut;
  }

  @Override
  public void receiveResponseEntity(ClassicHttpResponse response)
      throws HttpException, IOException {
    watched(() -> delegate().receiveResponseEntity(response));
    HttpEntity body = response.getEntity();
    if (body != null && socket() != null) {
      response.setEntity(new WatchedBody(body, this));
    }
  }

  /**
   * The caller met an error while it read the answer's body: it has a part, so nothing is retried.
   */
  IOException bodyFailed(IOException thrown) {
    OpenSocket mine = socket();
    if (mine == null || isClosedHere()) {
      return thrown;
    }
    HttpDeath.of(thrown).ifPresent(mine.end()::dies);
    return mine.end().condemned() ? GivenUp.because(mine, thrown) : thrown;
  }

  private void watched(Step step) throws HttpException, IOException {
    try {
      step.run();
    } catch (IOException thrown) {
      throw failed(thrown);
    } catch (HttpException thrown) {
      throw malformed(thrown);
    }
  }

  private IOException failed(IOException thrown) {
    OpenSocket mine = socket();
    Flight far = flight;
    return mine == null || far == null
        ? thrown
        : FailedExchange.with(thrown, mine, far, isClosedHere());
  }

  private HttpException malformed(HttpException thrown) {
    Flight far = flight;
    if (socket() != null && far != null) {
      FailedExchange.malformed(thrown, far);
    }
    return thrown;
  }
}
