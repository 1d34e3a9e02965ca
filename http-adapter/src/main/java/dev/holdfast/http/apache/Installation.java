package dev.holdfast.http.apache;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.VersionInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a guard is installed in both halves of a client, and in a client it knows. The two
 * builders do not tell each other's halves, so a half installation shows at the first request: it
 * is told once. Thread-safe.
 */
final class Installation {

  private static final Logger LOG = LoggerFactory.getLogger(ApacheHttpGuard.class);

  private final String name;
  private final AtomicBoolean told = new AtomicBoolean();

  Installation(String name) {
    this.name = name;
  }

  /**
   * Refuses a client without what the guard is built on.
   *
   * @throws IllegalStateException if HttpClient is older than 5.4
   */
  static void requireSupportedClient() {
    require(HttpClientContext.class, "cast", HttpContext.class);
    require(ManagedHttpClientConnection.class, "bind", SSLSocket.class, java.net.Socket.class);
  }

  static void require(Class<?> of, String method, Class<?>... parameters) {
    try {
      of.getMethod(method, parameters);
    } catch (NoSuchMethodException old) {
      throw new IllegalStateException(
          "Apache HttpClient %s has no %s.%s: the guard needs org.apache.httpcomponents.client5"
                  .formatted(clientVersion(), of.getSimpleName(), method)
              + ":httpclient5 5.4 or later; with Spring Boot set the property httpclient5.version",
          old);
    }
  }

  /** The newest line that the guard was tested with. */
  private static final int NEWEST_MINOR = 6;

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Warns of a client that nobody has tried the guard with: what it replaces may have moved. */
  static Optional<String> untried(String version) {
    Matcher parts = VERSION.matcher(version);
    boolean newer =
        parts.matches()
            && (Integer.parseInt(parts.group(1)) > 5
                || Integer.parseInt(parts.group(2)) > NEWEST_MINOR);
    return newer
        ? Optional.of(
            ("Apache HttpClient %s is newer than 5.%d, the newest that this guard was tested with."
                    + " Fix: set the version of org.apache.httpcomponents.client5:httpclient5 to 5.4"
                    + " to 5.%d (with Spring Boot the property httpclient5.version), or take a newer"
                    + " Holdfast")
                .formatted(version, NEWEST_MINOR, NEWEST_MINOR))
        : Optional.empty();
  }

  /** Of HttpClient, for people. */
  static String clientVersion() {
    @Nullable VersionInfo found =
        VersionInfo.loadVersionInfo(
            "org.apache.hc.client5", HttpClientContext.class.getClassLoader());
    return found == null ? "of unknown version" : found.getRelease();
  }

  /** A connection is leased from this guard's pool, for the request of this thread. */
  void leases() {
    CurrentRequest request = CurrentRequest.get();
    if (request == null) {
      warn("its pool is used by a client without a guard, which repeats requests by its own rules");
    } else if (request.installation() != this) {
      warn("its pool is used by a client of guard " + request.installation().name);
    } else {
      request.leased();
    }
  }

  /** A request of this guard's client is answered. */
  void answered(CurrentRequest request) {
    if (!request.wasLeased()) {
      warn("its client has a pool that is not this guard's, so no connection is guarded");
    }
  }

  /** A connection of this guard's pool was made without its manager. */
  void dialledPast() {
    warn("its connections are made by a manager without a guard, so they are not guarded");
  }

  private void warn(String what) {
    if (told.compareAndSet(false, true)) {
      LOG.warn(
          "{}: half installed: {}. Install one guard in both: guard.install(clientBuilder)"
              + ".setConnectionManager(guard.install(poolBuilder)).build()",
          name,
          what);
    }
  }

  /** Whether something was told. */
  boolean isHalf() {
    return told.get();
  }
}
