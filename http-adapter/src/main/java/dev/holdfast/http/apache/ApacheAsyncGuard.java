package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.UnknownHttpPath;
import dev.holdfast.internal.socket.GuardThread;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the connections of an Apache HttpClient 5 of the asynchronous API (5.4 to 5.6) usable over
 * a path that forgets idle flows, and so those of Spring's {@code WebClient} on it and of the
 * clients of Elasticsearch 9 and OpenSearch. Install it once, behind whatever else is set on the
 * two builders:
 *
 * <pre>{@code
 * ApacheAsyncGuard guard = ApacheAsyncGuard.create(path.plan());
 * var connections = guard.install(PoolingAsyncClientConnectionManagerBuilder.create());
 * var client = guard.install(HttpAsyncClients.custom()).setConnectionManager(connections).build();
 * }</pre>
 *
 * <p>From then on a connection is looked at when it is leased: one that is too old for its path,
 * was closed, or holds input nobody asked for is replaced before the request is sent, and a request
 * that must not run twice waits after an idle time until the kernel has proved the path. A path
 * that dies under a request in flight is given up in about a second. A request that was never sent
 * moves to a new connection; one that may run twice is sent once more; the rest fail with {@link
 * AmbiguousHttpOutcomeException}, which {@code AmbiguousOutcomeException.in(thrown)} finds too.
 * Nothing is repeated whose answer has begun, nor whose body was begun and cannot be produced again
 * ({@code AsyncEntityProducer.isRepeatable()}).
 *
 * <p>No thread of the client's reactor is blocked: proofs and dials wait on threads of the guard's
 * own, daemons that end ten seconds after the last of them. The client hears of a connect that
 * failed on such a thread, of all else on the reactor's.
 *
 * <p>What the guard composes with and what it replaces: interceptors, TLS, proxies, routes, {@code
 * ConnectionConfig}, {@code IOReactorConfig}, the session decorator, the session listener and the
 * keep-alive strategy stay as they are. The retry strategy set on the client's builder, or
 * HttpClient's own, is asked where the guard would fail a request that may run twice or was never
 * sent, and for answers as 503; one set by the user is asked too before the guard repeats what was
 * sent. {@code disableAutomaticRetries()} stays: then nothing that was sent is repeated.
 *
 * <p>HTTP/2 is guarded where a client of {@code HttpAsyncClients.custom()} speaks it, after the TLS
 * handshake or with prior knowledge: see the guide for what is known of its streams. The clients of
 * {@code HttpAsyncClients.customHttp2()} and the minimal ones have no pool, or no chain, that a
 * guard could be installed in.
 *
 * <p>Thread-safe.
 */
public final class ApacheAsyncGuard extends ApacheGuard {

  private static final Logger LOG = LoggerFactory.getLogger(ApacheAsyncGuard.class);

  private static final String NAME = "HOLDFAST";

  private final @Nullable HttpRequestRetryStrategy retryStrategy;
  private final Optional<Duration> connectTimeout;
  private final AsyncCarriers carriers = new AsyncCarriers();
  private final Executor waiting;

  ApacheAsyncGuard(
      HttpGuardSettings settings,
      @Nullable HttpRequestRetryStrategy retryStrategy,
      Optional<Duration> connectTimeout) {
    super(settings, LOG, "HttpClient (async) " + Installation.clientVersion());
    this.retryStrategy = retryStrategy;
    this.connectTimeout = connectTimeout;
    this.waiting = GuardThread.waiting(settings.name());
  }

  /**
   * A guard for who does not know the path: it goes by {@link UnknownHttpPath}, so an idle
   * connection is used again for under 4 s only, is proved before a request that must not run twice
   * follows an idle time of a second, and shorter limits are learned. What is known is better
   * declared: see {@link #create(ConnectionPlan)}.
   *
   * @return a guard, to be installed once
   */
  public static ApacheAsyncGuard create() {
    return create(UnknownHttpPath.path().plan());
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to the server
   * @return a guard, to be installed once
   */
  public static ApacheAsyncGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to the server
   * @return a builder that starts from the defaults
   */
  public static ApacheAsyncGuardBuilder custom(ConnectionPlan plan) {
    return new ApacheAsyncGuardBuilder(plan);
  }

  /**
   * Builds a pool whose connections are guarded.
   *
   * @param builder with the user's settings
   * @return the pool; it is a {@code ConnPoolControl<HttpRoute>} as well. Closing it, as the client
   *     does unless it is shared, closes what the guard holds
   * @throws IllegalStateException if a guard is installed in this builder already
   */
  public AsyncClientConnectionManager install(PoolingAsyncClientConnectionManagerBuilder builder) {
    GuardParts parts = prepare(builder);
    return manager(builder.build(), parts);
  }

  private GuardParts prepare(PoolingAsyncClientConnectionManagerBuilder builder) {
    GuardCore.requireFirst(builder);
    GuardParts parts = core().parts(builder, PoolingAsyncClientConnectionManagerBuilder.class);
    builder.setDnsResolver(new GuardedAddresses(parts));
    return parts;
  }

  private AsyncManager manager(PoolingAsyncClientConnectionManager pool, GuardParts parts) {
    return new AsyncManager(pool, parts, core().diallers(), connectTimeout, carriers, waiting);
  }

  /**
   * The first half of an installation in a client that a framework builds, for where it lets its
   * pool be customized, as Spring Boot's {@code
   * HttpComponentsClientHttpConnectorBuilder.withConnectionManagerCustomizer} does, or
   * Elasticsearch's {@code Rest5ClientBuilder.setConnectionManagerCallback}. The other half is
   * {@link #clientCustomizer()}; both are for one client, behind all other customizers. They may be
   * applied to any number of clients.
   *
   * @return a customizer that guards the pool's connections
   */
  public Consumer<PoolingAsyncClientConnectionManagerBuilder> poolCustomizer() {
    return this::prepare;
  }

  /**
   * The second half, for where the framework lets its client be customized once it has its pool, as
   * {@code withHttpClientCustomizer} does, or {@code setHttpClientConfigCallback}.
   *
   * @return a customizer that puts the guard in front of the client's pool and its retries; it
   *     throws {@link IllegalStateException} if the client has no pool yet, or one that is not a
   *     {@link PoolingAsyncClientConnectionManager} of {@link #poolCustomizer()}
   */
  public Consumer<HttpAsyncClientBuilder> clientCustomizer() {
    return builder -> {
      PoolingAsyncClientConnectionManager pool =
          Unlisted.read(
                  builder,
                  HttpAsyncClientBuilder.class,
                  "connManager",
                  PoolingAsyncClientConnectionManager.class)
              .orElseThrow(GuardCore::notCustomized);
      GuardParts parts = core().own(GuardedAddresses.in(pool));
      install(builder).setConnectionManager(manager(pool, parts));
    };
  }

  /**
   * Puts the guard's retries in front of HttpClient's, and has it hear of the client's sessions.
   * Only effective with a connection manager of this guard.
   *
   * @param builder with the user's settings, its retry strategy and session listener among them
   * @return the same builder
   * @throws IllegalStateException if a guard is installed in this builder already
   */
  public HttpAsyncClientBuilder install(HttpAsyncClientBuilder builder) {
    GuardCore.requireFirst(builder);
    RetryRule rule = RetryRule.of(builder, retryStrategy);
    @Nullable IOSessionListener users =
        Unlisted.read(
                builder, HttpAsyncClientBuilder.class, "ioSessionListener", IOSessionListener.class)
            .orElse(null);
    AsyncRetryExec.AutomaticRetries automatic = new AsyncRetryExec.AutomaticRetries();
    return builder
        .setIoSessionDecorator(ObservedSession.in(builder, carriers))
        .setIOSessionListener(new SessionEvents(carriers, users))
        .setRetryStrategy(new ResponseRetries(rule.strategy()))
        .addExecInterceptorAfter(ChainElement.RETRY.name(), NAME + "-RETRIES", automatic)
        .addExecInterceptorBefore(
            ChainElement.PROTOCOL.name(),
            NAME,
            new AsyncRetryExec(
                core().settings(), core().meters(), rule, core().installation(), automatic));
  }
}
