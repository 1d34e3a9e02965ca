package dev.holdfast.boot;

import dev.holdfast.http.apache.ApacheHttpGuard;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hangs a guard into the HttpClient that Spring Cloud OpenFeign builds. */
final class GuardedFeign {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedFeign.class);

  private GuardedFeign() {}

  /**
   * Guards a client whose pool was customized by the same guard. One over a pool that the
   * application has made itself is left alone: without a guard with a warning, and with one as the
   * application's own.
   *
   * @param guard to be installed
   * @param pool of the client
   * @param builder with all that Feign and other customizers have set
   */
  static void install(
      ApacheHttpGuard guard, HttpClientConnectionManager pool, HttpClientBuilder builder) {
    if (!ApacheHttpGuard.isInstalledIn(pool)) {
      LOG.warn(
          "{}: Feign's HttpClient is not guarded, for the application has a"
              + " HttpClientConnectionManager of its own. Build that with"
              + " guard.install(PoolingHttpClientConnectionManagerBuilder.create()), and let a"
              + " HttpClientBuilderCustomizer call guard.install(builder)",
          guard.name());
    } else if (pool instanceof PoolingHttpClientConnectionManager) {
      guard.clientCustomizer().accept(builder);
    }
  }
}
