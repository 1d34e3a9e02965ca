package dev.holdfast.http.reactor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
