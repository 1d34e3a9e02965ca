package dev.holdfast.http.reactor;

import io.netty.channel.DefaultEventLoopGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.http.client.HttpClient;
import reactor.netty.internal.shaded.reactor.pool.InstrumentedPool;
import reactor.netty.internal.shaded.reactor.pool.PoolConfig;
import reactor.netty.internal.shaded.reactor.pool.PooledRef;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.ConnectionProvider.ConnectionMetadata;
import reactor.netty.resources.PooledConnectionProvider;
import reactor.netty.transport.TransportConfig;
import reactor.util.context.Context;

/**
 * What a user set on the builder of a pool about its connections' ends. The builder does not tell;
 * a provider of one's own is told, and {@link Reader} is one that never has a connection.
 *
 * @param maxIdleMillis how long a connection may be idle; -1 for as long as it lives
 * @param maxLifeMillis how long a connection may live; -1 for ever
 * @param evictionInterval how often idle connections are looked over; zero for never
 * @param pendingAcquire how long a call waits for a connection; not positive for as long as it
 *     takes
 * @param evicts the user's own rule; null if there is none
 */
record PoolSettings(
    long maxIdleMillis,
    long maxLifeMillis,
    Duration evictionInterval,
    Duration pendingAcquire,
    @Nullable BiPredicate<Connection, ConnectionMetadata> evicts) {

  private static final SocketAddress ANYWHERE = InetSocketAddress.createUnresolved("anywhere", 1);

  /**
   * Reads the settings.
   *
   * @param pool a copy, which nobody builds a pool from
   * @throws IllegalArgumentException if one of them can neither be read nor kept
   */
  static PoolSettings of(ConnectionProvider.Builder pool) {
    // Else it would look for inactive pools until the end of the process, or be metered.
    return new Reader(
            pool.metrics(false).disposeInactivePoolsInBackground(Duration.ZERO, Duration.ZERO))
        .read();
  }

  /** How Reactor Netty would have built a pool. Thrown, because it is not to be built. */
  private static final class Built extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient PoolConfig<Connection> config;
    private transient boolean defaultAsked;

    private Built(PoolConfig<Connection> config) {
      super("not to be built", null, false, false);
      this.config = config;
    }

    /** Whether its rule begins with the default, which a user's would replace. */
    private boolean hasOnlyDefaults() {
      try {
        @SuppressWarnings("NullAway") // the default does not look
        boolean evicted = config.evictionPredicate().test(null, null);
        return evicted && defaultAsked;
      } catch (Throwable users) {
        return false;
      }
    }
  }

  private static final class Reader extends PooledConnectionProvider<Connection> {

    private final Asked asked = new Asked();
    private @Nullable Built asking;

    private Reader(Builder pool) {
      super(pool);
    }

    private PoolSettings read() {
      PoolFactory<Connection> factory = poolFactory(ANYWHERE);
      Built built = build(factory);
      return new PoolSettings(
          factory.maxIdleTime(),
          factory.maxLifeTime(),
          built.config.evictInBackgroundInterval(),
          pendingAcquire(),
          usersRule(factory, built));
    }

    @SuppressWarnings("unchecked") // the method's own type
    private static @Nullable BiPredicate<Connection, ConnectionMetadata> usersRule(
        PoolFactory<Connection> factory, Built built) {
      try {
        return (BiPredicate<Connection, ConnectionMetadata>)
            PoolFactory.class.getMethod("evictionPredicate").invoke(factory);
      } catch (ReflectiveOperationException olderThan1212) {
        if (built.hasOnlyDefaults()) {
          return null;
        }
        throw new IllegalArgumentException(
            "the pool's builder has an evictionPredicate, and this version of Reactor Netty, older"
                + " than 1.2.12, does not tell which: leave it out, or update Reactor Netty",
            olderThan1212);
      }
    }

    /** It is told to a pool that is asked for a connection, and to nobody else. */
    @SuppressWarnings("deprecation") // DefaultEventLoopGroup: the same on Netty 4.1
    private Duration pendingAcquire() {
      HttpClient nobody =
          HttpClient.create(ConnectionProvider.newConnection())
              .runOn(useNative -> new DefaultEventLoopGroup(1)); // whose thread never starts
      acquire(
              nobody.configuration(),
              ConnectionObserver.emptyListener(),
              () -> ANYWHERE,
              nobody.configuration().resolver())
          .subscribe(lent -> {}, nobodyTakesIt -> {});
      return asked.patience;
    }

    private Built build(PoolFactory<Connection> factory) {
      try {
        factory.newPool(
            Mono.never(),
            null,
            connection -> Mono.empty(),
            (connection, metadata) -> byDefault(),
            config -> {
              throw new Built(config);
            });
      } catch (Built built) {
        asking = built;
        return built;
      }
      throw new IllegalStateException("Reactor Netty built no pool");
    }

    private boolean byDefault() {
      Built built = asking;
      if (built != null) {
        built.defaultAsked = true;
      }
      return true;
    }

    @Override
    protected CoreSubscriber<PooledRef<Connection>> createDisposableAcquire(
        TransportConfig config,
        ConnectionObserver observer,
        long pendingAcquireTimeout,
        InstrumentedPool<Connection> pool,
        MonoSink<Connection> sink,
        Context currentContext) {
      throw new UnsupportedOperationException("has no connections");
    }

    @Override
    protected InstrumentedPool<Connection> createPool(
        TransportConfig config,
        PoolFactory<Connection> factory,
        SocketAddress remoteAddress,
        io.netty.resolver.@Nullable AddressResolverGroup<?> resolvers) {
      return asked;
    }
  }

  /** A pool that only hears how long it would be waited for. */
  private static final class Asked implements InstrumentedPool<Connection> {

    private Duration patience = Duration.ZERO;

    @Override
    public Mono<PooledRef<Connection>> acquire(Duration timeout) {
      patience = timeout;
      return Mono.never();
    }

    @Override
    public Mono<PooledRef<Connection>> acquire() {
      return Mono.never();
    }

    @Override
    public Mono<Integer> warmup() {
      return Mono.just(0);
    }

    @Override
    public Mono<Void> disposeLater() {
      return Mono.empty();
    }

    @Override
    public PoolConfig<Connection> config() {
      throw new UnsupportedOperationException("has no connections");
    }

    @Override
    public PoolMetrics metrics() {
      throw new UnsupportedOperationException("has no connections");
    }
  }
}
