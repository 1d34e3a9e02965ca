package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.dial.GroupResolver;
import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.socket.DialledNames;
import dev.holdfast.path.IdleZone;
import dev.holdfast.retry.ReplaySafety;
import io.netty.channel.EventLoop;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClientConfig;
import reactor.netty.transport.ClientTransportConfig;
import reactor.netty.transport.TransportConfig;
import reactor.util.context.Context;

/**
 * One connection on its way from the pool to a request. Where it has to be proved first, the client
 * does not hear of it before it is: neither the request nor its body has been touched when the
 * connection turns out to be dead, and another one takes its place. Events come on the event loop.
 */
final class Lease implements ConnectionObserver, PathProof.Waiting {

  /** What is asked of the pool. */
  record Request(
      TransportConfig config,
      ConnectionObserver observer,
      @Nullable AskedAddress remote,
      @Nullable AddressResolverGroup<?> resolvers) {

    /** What the pool was told; null for nothing. */
    @Nullable SocketAddress asked() {
      return remote == null ? null : remote.latest();
    }

    /**
     * By what name a connection was dialled for this; null if by none that was resolved here. That
     * of a proxy, where there is one: its target's is the proxy's to resolve.
     */
    @Nullable DialledName name(GuardedConnection dialled) {
      AddressResolverGroup<?> group = resolvers;
      if (config instanceof ClientTransportConfig<?> client && client.hasProxy()) {
        return proxyName(dialled);
      }
      if (group == null
          || !(asked() instanceof InetSocketAddress asked)
          || !asked.isUnresolved()
          || NetUtil.createByteArrayFromIpAddressString(asked.getHostString()) != null
          || !(dialled.remote() instanceof InetSocketAddress to)
          || to.getAddress() == null) {
        return null;
      }
      EventLoop loop = dialled.channel().eventLoop();
      GroupResolver by = new GroupResolver(group, asked.getPort(), () -> loop);
      return new DialledName(asked.getHostString(), by, to.getAddress());
    }

    private static @Nullable DialledName proxyName(GuardedConnection dialled) {
      if (!(dialled.channel().pipeline().get(NettyPipeline.ProxyHandler) instanceof ProxyHandler by)
          || !(by.proxyAddress() instanceof InetSocketAddress proxy)
          || proxy.getAddress() == null
          || NetUtil.createByteArrayFromIpAddressString(proxy.getHostString()) != null) {
        return null;
      }
      return new DialledName(proxy.getHostString(), OF_PROXIES, proxy.getAddress());
    }

    /** Whether a connection can only ever carry one call at a time. */
    boolean oneCallAtATime() {
      return config instanceof HttpClientConfig client
          && client.protocols().length == 1
          && client.protocols()[0] == HttpProtocol.HTTP11;
    }
  }

  /** As Reactor Netty resolves them. */
  static final NameWatch.Resolver OF_PROXIES = InetAddress::getAllByName;

  private record Event(Connection connection, State state) {}

  private final Leasing leasing;
  private @Nullable GuardedConnection guarded;
  private @Nullable List<Event> heldBack;

  /** Waits for its proof, and may be cancelled meanwhile, by any thread. */
  private volatile @Nullable Connection held;

  private @Nullable Future<?> deadline;
  private boolean undecided;
  private boolean left;

  Lease(Leasing leasing) {
    this.leasing = leasing;
  }

  void cancel() {
    Connection unused = held;
    if (unused != null) {
      Disposal.of(
          unused.channel(),
          () -> {
            if (held == unused) {
              unused.dispose();
            }
          });
    }
  }

  void acquired(Connection connection) {
    GuardedConnection found = GuardedConnection.of(connection.channel());
    guarded = found;
    EventLoop loop = connection.channel().eventLoop();
    if (found == null || !loop.inEventLoop()) {
      leasing.lends(connection);
      return;
    }
    undecided = true;
    if (!found.isNamed()) {
      found.dialledBy(leasing.request().name(found));
    }
    if (!leasing.request().oneCallAtATime()
        && leasing.request().config() instanceof HttpClientConfig client) {
      leasing.provider().mayMultiplex(found, client, leasing.request().asked());
    }
    if (found.left()) {
      found.condemn(Cause.DEMOTED, DialledNames.LEFT);
      passOver();
      return;
    }
    Call call = leasing.call();
    if (call != null && !call.accepts(found)) {
      found.condemn(Cause.LOCAL_CLOSE, "an earlier sending failed, and this is as old");
      passOver();
      return;
    }
    switch (Fitness.of(found, this::mustNotFail)) {
      case FIT -> lend(connection);
      case UNPROVED -> hold(connection, found);
      case UNFIT -> passOver();
    }
  }

  /** Whether the request could not simply be sent again, or was once already. */
  private boolean mustNotFail() {
    Call call = leasing.call();
    if (call != null && call.lostBefore()) {
      return true;
    }
    return leasing.request().config() instanceof HttpClientConfig client
        && RequestSafety.of(client.method().name(), false, false) != ReplaySafety.SAFE;
  }

  private void hold(Connection connection, GuardedConnection unproved) {
    held = connection;
    if (leasing.cancelled()) { // or cancel() sees what is held
      connection.dispose();
      return;
    }
    Duration patience = responseTimeout();
    if (patience != null) {
      deadline =
          unproved
              .channel()
              .eventLoop()
              .schedule(this::late, patience.toNanos(), TimeUnit.NANOSECONDS);
    }
    unproved.proof().ask(this);
  }

  private @Nullable Duration responseTimeout() {
    return leasing.request().config() instanceof HttpClientConfig client
        ? client.responseTimeout()
        : null;
  }

  /** The path is dark for as long as the caller waits for an answer. */
  private void late() {
    Connection unused = held;
    if (unused == null || leasing.cancelled()) {
      return;
    }
    held = null;
    undecided = false;
    left = true;
    heldBack = null;
    unused.dispose();
    leasing.late();
  }

  private void settled() {
    held = null;
    Future<?> waiting = deadline;
    deadline = null;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }

  @Override
  public void proved() {
    Connection connection = held;
    if (connection == null || leasing.cancelled()) {
      return;
    }
    settled();
    if (isPastItsAge()) {
      passOver();
    } else {
      lend(connection);
    }
  }

  /** The path may have been dark for long: meanwhile the server may have closed, unheard. */
  private boolean isPastItsAge() {
    GuardedConnection proved = guarded;
    if (proved == null || proved.retirement().zone(System.nanoTime()) != IdleZone.EXPIRED) {
      return false;
    }
    proved.condemn(Cause.IDLE_LIMIT, "idle for too long once its path was proved");
    return true;
  }

  /** The client disposes of what it is lent after it has cancelled. */
  private void lend(Connection connection) {
    undecided = false;
    leasing.lends(connection);
    List<Event> events = heldBack;
    heldBack = null;
    if (events != null) {
      events.forEach(event -> tell(event.connection(), event.state()));
    }
  }

  @Override
  public void lost() {
    if (held != null) {
      settled();
      passOver();
    }
  }

  /** The request has not seen this connection, and will not. */
  private void passOver() {
    undecided = false;
    left = true;
    heldBack = null;
    if (leasing.cancelled()) {
      return;
    }
    leasing.next(AbortedException.beforeSend());
  }

  private ConnectionObserver observer() {
    return leasing.request().observer();
  }

  @Override
  public Context currentContext() {
    return observer().currentContext();
  }

  @Override
  public void onStateChange(Connection connection, State newState) {
    if (undecided) {
      List<Event> events = heldBack == null ? new ArrayList<>(1) : heldBack;
      heldBack = events;
      events.add(new Event(connection, newState));
    } else if (!left) {
      tell(connection, newState);
    }
  }

  private void tell(Connection connection, State state) {
    Call own = leasing.own();
    GuardedConnection carrier = guarded;
    if (own != null && carrier != null) {
      ExchangeObserver.tell(own, carrier, connection, state);
    }
    observer().onStateChange(connection, state);
  }

  @Override
  public void onUncaughtException(Connection connection, Throwable error) {
    if (!undecided && !left && !repeats()) {
      observer().onUncaughtException(connection, error);
    }
  }

  /** Whether the exchange was lost and is to be sent again, so that its client hears nothing. */
  private boolean repeats() {
    Call own = leasing.own();
    Exchange lost = own == null ? null : own.latest();
    if (own == null
        || lost == null
        || lost.connection() != guarded
        || leasing.cancelled()
        || lost.connection().end().verdict(lost) != RetryDecision.RETRY
        || !leasing.mayGoOn()) {
      return false;
    }
    left = true;
    own.again(lost);
    leasing.again();
    return true;
  }
}
