package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.UnknownHttpPath;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the connections of an Apache HttpClient 5 (classic API, 5.4 to 5.6) usable over a path that
 * forgets idle flows. Install it once, behind whatever else is set on the two builders:
 *
 * <pre>{@code
 * ApacheHttpGuard guard = ApacheHttpGuard.create(path.plan());
 * var connections = guard.install(PoolingHttpClientConnectionManagerBuilder.create());
 * var client = guard.install(HttpClients.custom()).setConnectionManager(connections).build();
 * }</pre>
 *
 * <p>From then on a connection is looked at when it is leased: one that is too old for its path,
 * was closed, or holds input nobody asked for is replaced before the request is sent, and a request
 * that must not run twice waits after an idle time until the kernel has proved the path. A path
 * that dies under a request in flight is given up in about a second. A request that was never sent
 * moves to a new connection; one that may run twice is sent once more; the rest fail with {@link
 * AmbiguousHttpOutcomeException}, which {@code AmbiguousOutcomeException.in(thrown)} finds too.
 *
 * <p>What the guard composes with and what it replaces: interceptors, TLS, proxies, routes, {@code
 * ConnectionConfig}, {@code SocketConfig} and the keep-alive strategy stay as they are. The retry
 * strategy set on the client's builder, or HttpClient's own, is asked where the guard would fail a
 * request that may run twice or was never sent, and for answers as 503; one set by the user is
 * asked too before the guard repeats what was sent. {@code disableAutomaticRetries()} stays: then
 * nothing that was sent is repeated. The connection factory is replaced, whatever was set there,
 * for its builder has no getter: hand one's own to {@link ApacheHttpGuardBuilder}.
 *
 * <p>Thread-safe.
 */
public final class ApacheHttpGuard extends ApacheGuard {

  private static final Logger LOG = LoggerFactory.getLogger(ApacheHttpGuard.class);

  private static final String NAME = "HOLDFAST";

  private final HttpConnectionFactory<? extends ManagedHttpClientConnection> connectionFactory;
  private final @Nullable HttpRequestRetryStrategy retryStrategy;
  private final Optional<Duration> connectTimeout;

  ApacheHttpGuard(
      HttpGuardSettings settings,
      HttpConnectionFactory<? extends ManagedHttpClientConnection> connectionFactory,
      @Nullable HttpRequestRetryStrategy retryStrategy,
      Optional<Duration> connectTimeout) {
    super(settings, LOG, "HttpClient " + Installation.clientVersion());
    this.connectionFactory = connectionFactory;
    this.retryStrategy = retryStrategy;
    this.connectTimeout = connectTimeout;
  }

  /**
   * A guard for who does not know the path: it goes by {@link UnknownHttpPath}, so an idle
   * connection is used again for under 4 s only, is proved before a request that must not run twice
   * follows an idle time of a second, and shorter limits are learned. What is known is better
   * declared: see {@link #create(ConnectionPlan)}.
   *
   * @return a guard, to be installed once
   */
  public static ApacheHttpGuard create() {
    return create(UnknownHttpPath.path().plan());
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to the server
   * @return a guard, to be installed once
   */
  public static ApacheHttpGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to the server
   * @return a builder that starts from the defaults
   */
  public static ApacheHttpGuardBuilder custom(ConnectionPlan plan) {
    return new ApacheHttpGuardBuilder(plan);
  }

  /**
   * Builds a pool whose connections are guarded.
   *
   * @param builder with the user's settings
   * @return the pool; it is a {@code ConnPoolControl<HttpRoute>} as well. Closing it, as the client
   *     does unless it is shared, closes what the guard holds
   * @throws IllegalStateException if a guard is installed in this builder already
   */
  public HttpClientConnectionManager install(PoolingHttpClientConnectionManagerBuilder builder) {
    GuardCore.requireFirst(builder);
    GuardParts parts = parts(builder);
    guardConnections(builder, parts);
    return new GuardedManager(builder.build(), parts, core().diallers(), connectTimeout);
  }

  /** In front of the user's own factory: the one given to the guard, or else the builder's. */
  private void guardConnections(
      PoolingHttpClientConnectionManagerBuilder builder, GuardParts parts) {
    HttpConnectionFactory<? extends ManagedHttpClientConnection> under =
        connectionFactory == ManagedHttpClientConnectionFactory.INSTANCE
            ? setOn(builder).orElse(connectionFactory)
            : connectionFactory;
    builder.setConnectionFactory(new GuardedConnections(under, parts));
    builder.setDnsResolver(parts.addresses());
  }

  @SuppressWarnings("unchecked") // the field's type
  private static Optional<HttpConnectionFactory<? extends ManagedHttpClientConnection>> setOn(
      PoolingHttpClientConnectionManagerBuilder builder) {
    return Unlisted.read(
            builder,
            PoolingHttpClientConnectionManagerBuilder.class,
            "connectionFactory",
            HttpConnectionFactory.class)
        .map(factory -> (HttpConnectionFactory<? extends ManagedHttpClientConnection>) factory);
  }

  private GuardParts parts(PoolingHttpClientConnectionManagerBuilder builder) {
    return core().parts(builder, PoolingHttpClientConnectionManagerBuilder.class);
  }

  /**
   * The first half of an installation in a client that a framework builds, for where it lets its
   * pool be customized, as Spring Boot's {@code
   * HttpComponentsClientHttpRequestFactoryBuilder.withConnectionManagerCustomizer} does. The other
   * half is {@link #clientCustomizer()}; both are for one client, behind all other customizers.
   * They may be applied to any number of clients.
   *
   * @return a customizer that guards the pool's connections
   */
  public Consumer<PoolingHttpClientConnectionManagerBuilder> poolCustomizer() {
    return builder -> {
      GuardCore.requireFirst(builder);
      guardConnections(builder, parts(builder));
    };
  }

  /**
   * The second half, for where the framework lets its client be customized once it has its pool, as
   * {@code withHttpClientCustomizer} does.
   *
   * @return a customizer that puts the guard in front of the client's pool and its retries; it
   *     throws {@link IllegalStateException} if the client has no pool yet, or one that is not a
   *     {@link PoolingHttpClientConnectionManager} of {@link #poolCustomizer()}
   */
  public Consumer<HttpClientBuilder> clientCustomizer() {
    return builder -> {
      PoolingHttpClientConnectionManager pool =
          Unlisted.read(
                  builder,
                  HttpClientBuilder.class,
                  "connManager",
                  PoolingHttpClientConnectionManager.class)
              .orElseThrow(GuardCore::notCustomized);
      GuardParts parts = core().own(GuardedConnections.in(pool));
      install(builder)
          .setConnectionManager(new GuardedManager(pool, parts, core().diallers(), connectTimeout));
    };
  }

  /**
   * Whether the connections of a pool are guarded, as {@link
   * #install(PoolingHttpClientConnectionManagerBuilder)} and {@link #poolCustomizer()} make them,
   * by whatever guard.
   *
   * @param pool of a client
   * @return false for one that no guard has been installed in
   */
  public static boolean isInstalledIn(HttpClientConnectionManager pool) {
    return pool instanceof GuardedManager
        || (pool instanceof PoolingHttpClientConnectionManager built
            && GuardedConnections.in(built).isPresent());
  }

  /**
   * Puts the guard's retries in front of HttpClient's. Only effective with a connection manager of
   * this guard.
   *
   * @param builder with the user's settings, its retry strategy among them
   * @return the same builder
   * @throws IllegalStateException if a guard is installed in this builder already
   */
  public HttpClientBuilder install(HttpClientBuilder builder) {
    GuardCore.requireFirst(builder);
    RetryRule rule = RetryRule.of(builder, retryStrategy);
    return builder
        .setRetryStrategy(new ResponseRetries(rule.strategy()))
        .addExecInterceptorBefore(
            ChainElement.RETRY.name(), NAME + "-EARLIER", new EarlierAttempt())
        .addExecInterceptorAfter(
            ChainElement.RETRY.name(), NAME + "-RETRIES", new AutomaticRetries())
        .addExecInterceptorBefore(
            ChainElement.PROTOCOL.name(),
            NAME,
            new RetryExec(core().settings(), core().meters(), rule, core().installation()));
  }

  /** Whether it was found to be installed in one half of a client only. */
  boolean isHalfInstalled() {
    return core().installation().isHalf();
  }
}
