package dev.holdfast.http.apache;

import dev.holdfast.internal.socket.Caller;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.internal.socket.SocketDial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * What the pool takes for one connection. When it is leased and its socket must not be used, the
 * connection underneath is closed and replaced by a new one: the pool sees a connection that is not
 * open, and connects it, whatever its settings.
 */
final class GuardedConnection extends ExchangingConnection {

  private final HttpConnectionFactory<? extends ManagedHttpClientConnection> factory;
  private final GuardParts guard;
  private final ReuseCheck check;
  private volatile ManagedHttpClientConnection delegate;
  private volatile @Nullable OpenSocket socket;
  private volatile @Nullable ObservedSocket observed;
  private volatile @Nullable SetAside setAside;
  private volatile boolean closedHere;

  GuardedConnection(
      HttpConnectionFactory<? extends ManagedHttpClientConnection> factory, GuardParts guard)
      throws IOException {
    this.factory = factory;
    this.guard = guard;
    this.check = new ReuseCheck(guard.sockets());
    this.delegate = factory.createConnection(null);
  }

  @Override
  public void bind(Socket bound) throws IOException {
    SocketDial dial = DialInProgress.get();
    if (dial != null && !bound.isConnected()) {
      dial.dials(bound);
    } else if (dial != null) {
      OpenSocket up = dial.connected(bound);
      socket = up;
      if (closedHere) {
        up.end().ends(true); // the close came first, and found no socket
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
      ObservedSocket tapped = new ObservedSocket(bound, this::foreign);
      observed = tapped;
      delegate.bind(tapped);
    } else {
      delegate.bind(bound);
    }
  }

  @Override
  public void bind(SSLSocket tls, Socket base) throws IOException {
    ObservedSocket plain = observed;
    if (plain != null && delegate.isOpen() && PooledInput.holdsInput(delegate, plain)) {
      // A proxy's, behind its 200: it would be read as the server's first answer.
      throw new SSLException("input arrived in plain text before the TLS handshake");
    }
    ObservedSocket tapped = new ObservedSocket(tls, base);
    observed = tapped;
    delegate.bind(tapped);
  }

  /** Leased for another request. */
  @Override
  public void activate() {
    OpenSocket pooled = socket;
    ObservedSocket tapped = observed;
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
    Death refused =
        check.refuse(
            pooled,
            new PooledInput(pooled, delegate, tapped),
            mayRunTwice,
            lastResort,
            request == null ? Caller.PATIENT : request);
    if (refused == null) {
      delegate.activate();
    } else if (request != null && SetAside.isByChoice(refused) && !lastResort) {
      setAside(refused, pooled, tapped, request);
    } else {
      replace(refused, pooled);
    }
  }

  private void setAside(
      Death why, OpenSocket pooled, ObservedSocket tapped, CurrentRequest request) {
    setAside = new SetAside(delegate, pooled, tapped, why);
    renew();
    request.poolInstead().dialsInPlace(this);
  }

  private void replace(Death why, OpenSocket pooled) {
    pooled.end().dies(why);
    pooled.end().ends(true);
    delegate.close(CloseMode.IMMEDIATE);
    renew();
  }

  private void renew() {
    socket = null;
    observed = null;
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
    OpenSocket failed = socket;
    if (failed != null) {
      failed.end().ends(true);
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
    OpenSocket again = other.socket();
    again.name().stays();
    socket = again;
    observed = other.observed();
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
    OpenSocket mine = socket;
    ObservedSocket tapped = observed;
    if (mine != null && tapped != null) {
      mine.rests(tapped.arrived());
    }
    rests();
    delegate.passivate();
  }

  /** HttpClient's own check would fetch what arrived meanwhile and call the connection healthy. */
  @Override
  public boolean isStale() {
    return !isOpen();
  }

  private void foreign() {
    OpenSocket mine = socket;
    if (mine != null && mine.requests() == 1) {
      guard.connects().ended(mine.foreign());
    }
  }

  @Override
  public boolean isOpen() {
    OpenSocket mine = socket;
    return delegate.isOpen() && (mine == null || !mine.end().condemned());
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
    OpenSocket mine = socket;
    if (mine != null) {
      mine.end().ends(abort);
    }
    dropSetAside();
  }

  @Override
  public @Nullable Socket getSocket() {
    ObservedSocket tapped = observed;
    return tapped == null || !delegate.isOpen() ? delegate.getSocket() : tapped.top();
  }

  @Override
  public @Nullable SSLSession getSSLSession() {
    ObservedSocket tapped = observed;
    return tapped == null || !delegate.isOpen() ? delegate.getSSLSession() : tapped.session();
  }

  @Override
  ManagedHttpClientConnection delegate() {
    return delegate;
  }

  @Override
  @Nullable OpenSocket socket() {
    return socket;
  }

  @Override
  @Nullable ObservedSocket observed() {
    return observed;
  }

  @Override
  boolean isClosedHere() {
    return closedHere;
  }
}
