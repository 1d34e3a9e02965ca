package dev.holdfast.http.apache;

import dev.holdfast.http.KeepAliveHint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * What the pool takes for one connection. When it is leased and its socket must not be used, the
 * connection underneath is closed and replaced by a new one: the pool sees a connection that is not
 * open, and connects it, whatever its settings.
 */
final class GuardedConnection extends ForwardingConnection {

  /** One call of the connection underneath. */
  @FunctionalInterface
  private interface Step {
    void run() throws HttpException, IOException;
  }

  private final HttpConnectionFactory<? extends ManagedHttpClientConnection> factory;
  private final GuardParts guard;
  private final ReuseCheck check;
  private volatile ManagedHttpClientConnection delegate;
  private volatile @Nullable GuardedSocket socket;
  private volatile @Nullable Taps taps;
  private volatile @Nullable SetAside setAside;
  private @Nullable Flight flight;
  private volatile boolean closedHere;

  GuardedConnection(
      HttpConnectionFactory<? extends ManagedHttpClientConnection> factory, GuardParts guard)
      throws IOException {
    this.factory = factory;
    this.guard = guard;
    this.check = new ReuseCheck(guard);
    this.delegate = factory.createConnection(null);
  }

  @Override
  public void bind(Socket bound) throws IOException {
    DialInProgress dial = DialInProgress.get();
    if (dial != null && !bound.isConnected()) {
      dial.dials(bound);
    } else if (dial != null) {
      GuardedSocket up = dial.connected(bound);
      socket = up;
      if (closedHere) {
        up.ends(true); // the close came first, and found no socket
      }
      SetAside other = setAside;
      if (other != null && other.endsOnAccept()) {
        dropSetAside();
      }
    }
    if (dial == null
        && bound.isConnected()
        && bound.getRemoteSocketAddress() instanceof InetSocketAddress) {
      guard.installation().dialledPast();
    }
    if (bound.isConnected()) {
      Taps tapped = new Taps(bound, this::foreign);
      taps = tapped;
      delegate.bind(tapped);
    } else {
      delegate.bind(bound);
    }
  }

  @Override
  public void bind(SSLSocket tls, Socket base) throws IOException {
    Taps plain = taps;
    if (plain != null && delegate.isOpen() && ReuseCheck.holdsInput(delegate, plain)) {
      // A proxy's, behind its 200: it would be read as the server's first answer.
      throw new SSLException("input arrived in plain text before the TLS handshake");
    }
    Taps tapped = new Taps(tls, base);
    taps = tapped;
    delegate.bind(tapped);
  }

  /** Leased for another request. */
  @Override
  public void activate() {
    GuardedSocket pooled = socket;
    Taps tapped = taps;
    if (pooled == null || tapped == null || !delegate.isOpen()) {
      delegate.activate();
      return;
    }
    CurrentRequest request = CurrentRequest.get();
    boolean lastResort = request != null && request.poolInstead().isWanted();
    if (request != null && request.attempts().needsNewConnection() && !lastResort) {
      setAside(SetAside.EARLIER_FAILED, pooled, tapped, request);
      return;
    }
    boolean mayRunTwice = request != null && request.mayRunTwice();
    Death refused = check.refuse(pooled, delegate, tapped, mayRunTwice, lastResort);
    if (refused == null) {
      delegate.activate();
    } else if (request != null && SetAside.isAge(refused) && !lastResort) {
      setAside(refused, pooled, tapped, request);
    } else {
      replace(refused, pooled);
    }
  }

  private void setAside(Death why, GuardedSocket pooled, Taps tapped, CurrentRequest request) {
    setAside = new SetAside(delegate, pooled, tapped, why);
    renew();
    request.poolInstead().dialsInPlace(this);
  }

  private void replace(Death why, GuardedSocket pooled) {
    pooled.dies(why);
    pooled.ends(true);
    delegate.close(CloseMode.IMMEDIATE);
    renew();
  }

  private void renew() {
    socket = null;
    taps = null;
    if (!closedHere) {
      try {
        delegate = factory.createConnection(null);
      } catch (IOException unheard) {
        throw new IllegalStateException("a connection without a socket was not created", unheard);
      }
    }
  }

  /** A dial has failed whose socket this connection holds, and would send on. */
  void dialFailed() {
    GuardedSocket failed = socket;
    if (failed != null) {
      failed.ends(true);
    }
    delegate.close(CloseMode.IMMEDIATE);
    renew();
  }

  /** There is a new connection. */
  void dropSetAside() {
    SetAside other = setAside;
    setAside = null;
    if (other != null) {
      other.end();
    }
  }

  /**
   * The dial has failed: goes back to the connection in whose place it was made.
   *
   * @return false if there is none, or if the caller has closed it meanwhile
   */
  boolean restore() {
    SetAside other = setAside;
    if (other == null) {
      return false;
    }
    delegate.close(CloseMode.IMMEDIATE);
    socket = other.socket();
    taps = other.taps();
    delegate = other.connection();
    setAside = null;
    if (closedHere) {
      other.end();
    }
    return !closedHere;
  }

  /** Back in the pool. */
  @Override
  public void passivate() {
    GuardedSocket mine = socket;
    Taps tapped = taps;
    if (mine != null && tapped != null) {
      mine.rests(tapped.arrived());
    }
    flight = null;
    delegate.passivate();
  }

  /** HttpClient's own check would fetch what arrived meanwhile and call the connection healthy. */
  @Override
  public boolean isStale() {
    return !isOpen();
  }

  @Override
  public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
    GuardedSocket mine = socket;
    if (mine == null) {
      delegate.sendRequestHeader(request);
      return;
    }
    flight = new Flight(request, delegate.getEndpointDetails(), mine.requests() > 0);
    mine.begins();
    CurrentRequest current = CurrentRequest.get();
    if (current != null && !Method.CONNECT.isSame(request.getMethod())) {
      current.sends();
    }
    watched(() -> delegate.sendRequestHeader(request));
  }

  @Override
  public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
    Flight mine = flight;
    if (mine != null) {
      mine.bodyBegins();
    }
    watched(() -> delegate.sendRequestEntity(request));
    if (mine != null) {
      mine.bodySent();
    }
  }

  @Override
  public void terminateRequest(ClassicHttpRequest request) throws HttpException, IOException {
    watched(() -> delegate.terminateRequest(request));
  }

  @Override
  public void flush() throws IOException {
    try {
      delegate.flush();
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
      return delegate.isDataAvailable(timeout);
    } catch (IOException thrown) {
      throw failed(thrown);
    }
  }

  @Override
  public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
    ClassicHttpResponse response;
    try {
      response = delegate.receiveResponseHeader();
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
    GuardedSocket mine = socket;
    Taps tapped = taps;
    Flight far = flight;
    if (far != null && tapped != null && response.getCode() < HttpStatus.SC_SUCCESS) {
      far.interim(ReuseCheck.holdsInput(delegate, tapped));
    }
    if (mine != null && tapped != null) {
      mine.answered();
      tapped.arrived(); // so far, which is what the clock has just noted
      Header[] hints = response.getHeaders("Keep-Alive");
      if (hints.length > 0) {
        List<String> fields = new ArrayList<>(hints.length);
        for (Header hint : hints) {
          fields.add(String.valueOf(hint.getValue()));
        }
        mine.hinted(KeepAliveHint.parse(fields));
      }
    }
    return response;
  }

  private boolean ended() {
    Taps tapped = taps;
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
    watched(() -> delegate.receiveResponseEntity(response));
    HttpEntity body = response.getEntity();
    if (body != null && socket != null) {
      response.setEntity(new WatchedBody(body, this));
    }
  }

  /**
   * The caller met an error while it read the answer's body: it has a part, so nothing is retried.
   */
  IOException bodyFailed(IOException thrown) {
    GuardedSocket mine = socket;
    if (mine == null || closedHere) {
      return thrown;
    }
    Death.of(thrown).ifPresent(mine::dies);
    return mine.condemned() ? GivenUp.because(mine, thrown) : thrown;
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
    GuardedSocket mine = socket;
    Flight far = flight;
    return mine == null || far == null
        ? thrown
        : FailedExchange.with(thrown, mine, far, closedHere);
  }

  private HttpException malformed(HttpException thrown) {
    Flight far = flight;
    if (socket != null && far != null) {
      FailedExchange.malformed(thrown, far);
    }
    return thrown;
  }

  private void foreign() {
    GuardedSocket mine = socket;
    if (mine != null && mine.requests() == 1) {
      guard.connects().ended(mine.foreign());
    }
  }

  @Override
  public boolean isOpen() {
    GuardedSocket mine = socket;
    return delegate.isOpen() && (mine == null || !mine.condemned());
  }

  @Override
  public void close() throws IOException {
    ends(false);
    delegate.close();
  }

  @Override
  public void close(CloseMode mode) {
    ends(mode == CloseMode.IMMEDIATE);
    delegate.close(mode);
  }

  private void ends(boolean abort) {
    closedHere = true;
    GuardedSocket mine = socket;
    if (mine != null) {
      mine.ends(abort);
    }
    dropSetAside();
  }

  @Override
  public @Nullable Socket getSocket() {
    Taps tapped = taps;
    return tapped == null || !delegate.isOpen() ? delegate.getSocket() : tapped.top();
  }

  @Override
  public @Nullable SSLSession getSSLSession() {
    Taps tapped = taps;
    return tapped == null || !delegate.isOpen() ? delegate.getSSLSession() : tapped.session();
  }

  @Override
  ManagedHttpClientConnection delegate() {
    return delegate;
  }
}
