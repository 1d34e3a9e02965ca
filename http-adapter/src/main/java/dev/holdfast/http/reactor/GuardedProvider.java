package dev.holdfast.http.reactor;

import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.http.client.HttpClientConfig;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.TransportConfig;

/**
 * The user's pool, with {@link Lease} between it and the client. Thread-safe.
 *
 * <p>Reactor Netty keeps HTTP/2 connections in a pool of its own above this one, which it ends with
 * this one only if it knows its class; so they are closed from here. To this pool each is in use
 * until it is closed: a disposal that is given time waits for that.
 */
final class GuardedProvider implements ConnectionProvider {

  private final ConnectionProvider users;
  private final PoolSettings settings;
  private final Multiplexed multiplexed = new Multiplexed();
  private final ReactorHttpGuard guard;
  private final Set<GuardedConnection> lent = ConcurrentHashMap.newKeySet();

  GuardedProvider(ConnectionProvider users, PoolSettings settings, ReactorHttpGuard guard) {
    this.users = users;
    this.settings = settings;
    this.guard = guard;
  }

  ReactorHttpGuard guard() {
    return guard;
  }

  /** Its connections of HTTP/2; those of other pools carry none of its calls. */
  Multiplexed multiplexed() {
    return multiplexed;
  }

  /** How long a call waits for a connection; not positive for as long as it takes. */
  Duration pendingAcquire() {
    return settings.pendingAcquire();
  }

  ConnectionProvider users() {
    return users;
  }

  @Override
  public Mono<? extends Connection> acquire(
      TransportConfig config,
      ConnectionObserver observer,
      @Nullable Supplier<? extends SocketAddress> remote,
      @Nullable AddressResolverGroup<?> resolvers) {
    AskedAddress asked = remote == null ? null : new AskedAddress(remote);
    return Leasing.of(this, new Lease.Request(config, observer, asked, resolvers));
  }

  /** A connection to an address that was asked for may turn out to speak HTTP/2. */
  void mayMultiplex(
      GuardedConnection connection, HttpClientConfig client, @Nullable SocketAddress asked) {
    if (connection.lentFirst()) {
      connection.http2().leadsTo(asked);
      lent.add(connection);
      connection.channel().closeFuture().addListener(closed -> lent.remove(connection));
    }
    connection.http2().multiplexesWith(multiplexed);
    connection.sendsOnce(client.isRetryDisabled());
    connection.http2().pings(PingSettings.of(client, settings.maxIdleMillis(), connection.plan()));
  }

  @Override
  public void disposeWhen(SocketAddress remoteAddress) {
    users.disposeWhen(remoteAddress);
  }

  @Override
  public Mono<Void> disposeLater() {
    return users
        .disposeLater()
        .doOnSubscribe(begun -> lent.forEach(connection -> connection.http2().closeOnceDone()))
        .doFinally(ended -> lent.forEach(connection -> connection.http2().closeStreams()));
  }

  @Override
  public boolean isDisposed() {
    return users.isDisposed();
  }

  @Override
  public int maxConnections() {
    return users.maxConnections();
  }

  @Override
  public @Nullable Map<SocketAddress, Integer> maxConnectionsPerHost() {
    return users.maxConnectionsPerHost();
  }

  @Override
  public @Nullable Builder mutate() {
    return users.mutate();
  }

  @Override
  public @Nullable String name() {
    return users.name();
  }
}
