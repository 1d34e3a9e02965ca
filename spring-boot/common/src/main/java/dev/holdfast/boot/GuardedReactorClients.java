package dev.holdfast.boot;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Clients for the builders of Spring Boot to go on with: guarded, over one pool that is set up as
 * the one Spring Boot would have used, on its event loops. Thread-safe.
 */
public final class GuardedReactorClients implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedReactorClients.class);

  private final ReactorHttpGuard guard;
  private final ObjectProvider<ReactorResourceFactory> resources;
  private @Nullable ConnectionProvider pool;

  GuardedReactorClients(ReactorHttpGuard guard, ObjectProvider<ReactorResourceFactory> resources) {
    this.guard = guard;
    this.resources = resources;
  }

  /**
   * A client to be configured further.
   *
   * @return guarded
   */
  public HttpClient client() {
    ReactorResourceFactory springs = resources.getIfAvailable();
    HttpClient client = HttpClient.create(pool(springs));
    return guard.install(springs == null ? client : client.runOn(springs.getLoopResources()));
  }

  private synchronized ConnectionProvider pool(@Nullable ReactorResourceFactory springs) {
    if (pool == null) {
      pool =
          springs == null
              ? guard.provider(ConnectionProvider.builder("holdfast"))
              : guard.provider(springs.getConnectionProvider());
    }
    return pool;
  }

  /**
   * Looks at a client that is complete.
   *
   * @param client as all customizers have left it
   * @return the same client
   */
  public HttpClient checked(HttpClient client) {
    if (!ReactorHttpGuard.isInstalledIn(client)) {
      LOG.warn(
          "{}: a customizer replaced the HttpClient's factory (withHttpClientFactory or"
              + " withReactorResourceFactory), so this client is not guarded. Use"
              + " withHttpClientCustomizer, or make the client with the bean GuardedReactorClients",
          guard.name());
    }
    return client;
  }

  @Override
  public synchronized void destroy() {
    if (pool != null) {
      pool.dispose();
    }
  }
}
