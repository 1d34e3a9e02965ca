package dev.holdfast.http.proof;

import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a contender calls and what it is told about the way there.
 *
 * @param tls trusts the server; null without TLS
 * @param connections at most so many
 * @param plan what a guard goes by
 * @param responseTimeout null for the client's default
 */
record Target(
    URI uri,
    @Nullable SSLContext tls,
    int connections,
    ConnectionPlan plan,
    @Nullable Duration responseTimeout) {

  static Target of(String host, int port, int connections) {
    return new Target(
        URI.create("http://%s:%d/call".formatted(host, port)),
        null,
        connections,
        unsuspecting(),
        null);
  }

  static Target of(FaultServer server, boolean tls, int connections) {
    return new Target(
        URI.create(server.uri("/call")),
        tls ? server.clientContext() : null,
        connections,
        unsuspecting(),
        null);
  }

  Target with(ConnectionPlan other) {
    return new Target(uri, tls, connections, other, responseTimeout);
  }

  Target within(Duration timeout) {
    return new Target(uri, tls, connections, plan, timeout);
  }

  /** A plan that knows of no hop and no limit near the lab's: the guard is left to its evidence. */
  private static ConnectionPlan unsuspecting() {
    return idle(Duration.ofMinutes(5));
  }

  /** A plan for a server that closes connections idle for so long. */
  static ConnectionPlan idle(Duration timeout) {
    return NetworkPath.to(ServerLimits.withIdleTimeout("nginx", timeout)).plan();
  }
}
