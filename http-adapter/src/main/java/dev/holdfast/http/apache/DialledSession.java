package dev.holdfast.http.apache;

import dev.holdfast.gate.Closer;
import dev.holdfast.internal.dial.BlockingDialler.Order;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.socket.SocketDial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * One dial of the client's reactor: tells the guard of the session once it is connected, and hands
 * the client the guard's in its place.
 */
final class DialledSession implements ConnectionInitiator {

  /** What can be closed before there is a socket: to close it is to give the dial up. */
  private static final class Pending extends Socket {

    private @Nullable Future<IOSession> dial;
    private boolean closed;

    private synchronized void is(Future<IOSession> dial) {
      this.dial = dial;
      if (closed) {
        dial.cancel(true);
      }
    }

    /** The source address is the dial's own. */
    @Override
    public boolean isBound() {
      return true;
    }

    @Override
    public synchronized void close() {
      closed = true;
      if (dial != null) {
        dial.cancel(true);
      }
    }
  }

  private final ConnectionInitiator reactor;
  private final SocketDial dial;
  private final Order order;
  private final AsyncCarriers carriers;
  private final Consumer<? super AsyncCarrier> connected;

  /**
   * @param connected hears of the connection before its client does
   */
  DialledSession(
      ConnectionInitiator reactor,
      SocketDial dial,
      Order order,
      AsyncCarriers carriers,
      Consumer<? super AsyncCarrier> connected) {
    this.reactor = reactor;
    this.dial = dial;
    this.order = order;
    this.carriers = carriers;
    this.connected = connected;
  }

  @Override
  public Future<IOSession> connect(
      NamedEndpoint endpoint,
      SocketAddress remote,
      @Nullable SocketAddress local,
      Timeout timeout,
      Object attachment,
      FutureCallback<IOSession> callback) {
    Pending pending = new Pending();
    try {
      dial.dials(pending, -1);
    } catch (IOException never) { // nothing is opened or bound
      throw new IllegalStateException(never);
    }
    Future<IOSession> session =
        reactor.connect(endpoint, remote, from(local), timeout, attachment, guarding(callback));
    pending.is(session);
    return session;
  }

  private @Nullable SocketAddress from(@Nullable SocketAddress users) {
    InetAddress source = order.source();
    return users != null || source == null ? users : new InetSocketAddress(source, 0);
  }

  private FutureCallback<IOSession> guarding(FutureCallback<IOSession> callback) {
    return new FutureCallback<>() {
      @Override
      public void completed(IOSession session) {
        try {
          callback.completed(guarded(session));
        } catch (IOException | RuntimeException givenUp) {
          session.close(CloseMode.IMMEDIATE);
          callback.failed(givenUp);
        }
      }

      @Override
      public void failed(Exception thrown) {
        callback.failed(thrown);
      }

      @Override
      public void cancelled() {
        if (dial.givenUp()) {
          callback.failed(new SocketTimeoutException("connect not answered"));
        } else {
          callback.cancelled();
        }
      }
    };
  }

  private IOSession guarded(IOSession session) throws IOException {
    if (session.channel() instanceof SocketChannel channel
        && session instanceof ProtocolIOSession whole
        && session.getRemoteAddress() instanceof InetSocketAddress) {
      OpenSocket up = dial.connected(new SessionSocket(session, channel));
      AsyncCarrier carrier = new AsyncCarrier(whole, up, carriers);
      connected.accept(carrier);
      return carrier;
    }
    order.connected().run(); // no path of the network's
    order.permit().closed(Closer.LOCAL);
    return session;
  }
}
