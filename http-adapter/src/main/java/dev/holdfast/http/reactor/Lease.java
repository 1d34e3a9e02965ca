package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.RequestSafety;
import dev.holdfast.retry.ReplaySafety;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClientConfig;
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
      @Nullable Supplier<? extends SocketAddress> remote,
      @Nullable AddressResolverGroup<?> resolvers) {}

  private record Event(Connection connection, State state) {}

  private final Leasing leasing;
  private @Nullable List<Event> heldBack;
  private volatile @Nullable Connection held;
  private boolean left;

  Lease(Leasing leasing) {
    this.leasing = leasing;
  }

  void cancel() {
    Connection unused = held;
    if (unused != null) {
      unused.dispose();
    }
  }

  void acquired(Connection connection) {
    GuardedConnection guarded = GuardedConnection.of(connection.channel());
    EventLoop loop = connection.channel().eventLoop();
    if (guarded == null || !loop.inEventLoop()) {
      leasing.lends(connection);
      return;
    }
    held = connection;
    if (leasing.cancelled()) { // or cancel() sees what is held
      connection.dispose();
      return;
    }
    if (!call().map(call -> call.accepts(guarded)).orElse(true)) {
      guarded.condemn(Cause.LOCAL_CLOSE, "an earlier sending failed, and this is as old");
      lost();
      return;
    }
    leasing.provider().lends(guarded);
    switch (Fitness.of(guarded, this::mustNotFail)) {
      case FIT -> proved();
      case UNPROVED -> guarded.proof().ask(this);
      case UNFIT -> lost();
    }
  }

  private Optional<Call> call() {
    return leasing.currentContext().getOrEmpty(Call.class);
  }

  /** Whether the request could not simply be sent again, or was once already. */
  private boolean mustNotFail() {
    if (call().filter(Call::lostBefore).isPresent()) {
      return true;
    }
    return leasing.request().config() instanceof HttpClientConfig client
        && RequestSafety.of(client.method().name(), false, false) != ReplaySafety.SAFE;
  }

  @Override
  public void proved() {
    Connection connection = held;
    if (connection == null || leasing.cancelled()) {
      return;
    }
    held = null;
    leasing.lends(connection);
    List<Event> events = heldBack;
    heldBack = null;
    if (events != null) {
      events.forEach(event -> observer().onStateChange(event.connection(), event.state()));
    }
  }

  /** The request has not seen this connection, and will not. */
  @Override
  public void lost() {
    if (held == null) {
      return;
    }
    held = null;
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
    if (held != null) {
      List<Event> events = heldBack == null ? new ArrayList<>(1) : heldBack;
      heldBack = events;
      events.add(new Event(connection, newState));
    } else if (!left) {
      observer().onStateChange(connection, newState);
    }
  }

  @Override
  public void onUncaughtException(Connection connection, Throwable error) {
    if (held == null && !left) {
      observer().onUncaughtException(connection, error);
    }
  }
}
