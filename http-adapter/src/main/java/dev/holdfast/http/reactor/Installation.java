package dev.holdfast.http.reactor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.client.HttpClient;
import reactor.netty.transport.TransportConfig;

/**
 * Whether the two halves of an installation belong together. A client is refused without the
 * guard's pool; that the pool is used by a client without the guard shows at its first request, and
 * is told once. Thread-safe.
 */
final class Installation {

  private static final Logger LOG = LoggerFactory.getLogger(ReactorHttpGuard.class);

  private final ReactorHttpGuard guard;
  private final AtomicBoolean told = new AtomicBoolean();

  Installation(ReactorHttpGuard guard) {
    this.guard = guard;
  }

  /**
   * Refuses a client without what the guard is built on.
   *
   * @throws IllegalStateException if Reactor Netty is older than 1.2
   */
  static void requireSupportedClient() {
    require(HttpClient.class, "resolvedAddressesSelector", "ResolvedAddressSelector");
  }

  static void require(Class<?> of, String method, String parameter) {
    for (var known : of.getMethods()) {
      if (known.getName().equals(method)
          && known.getParameterCount() == 1
          && known.getParameterTypes()[0].getSimpleName().equals(parameter)) {
        return;
      }
    }
    String version = HttpClient.class.getPackage().getImplementationVersion();
    throw new IllegalStateException(
        "Reactor Netty %s has no %s.%s: the guard needs io.projectreactor.netty:reactor-netty-http"
                .formatted(
                    version == null ? "of unknown version" : version, of.getSimpleName(), method)
            + " 1.2 or later");
  }

  /** The guard's pool is asked for a connection, and not for a call of the guard's. */
  void usedBy(TransportConfig client) {
    if (client.attributes().get(ReactorHttpGuard.INSTALLED) != guard
        && told.compareAndSet(false, true)) {
      LOG.warn(
          "{}: half installed: its pool is used by an HttpClient without the guard, which guards"
              + " nothing. Create the client with guard.install(HttpClient.create(pool))",
          guard.settings().shared().name());
    }
  }

  /** Whether something was told. */
  boolean isHalf() {
    return told.get();
  }
}
