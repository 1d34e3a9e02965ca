package dev.holdfast.http;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;

/** What an HTTP guard goes by where nobody declared the path. */
public final class UnknownHttpPath {

  /** What Apache httpd, Uvicorn and Node.js up to 25 keep an idle connection for. */
  private static final Duration SHORTEST_USUAL = Duration.ofSeconds(5);

  private UnknownHttpPath() {}

  /**
   * Through hops that nobody knows, to a server that closes idle connections after 5 s: a
   * connection that was idle for 3.8 s is not used again.
   *
   * @return the path
   */
  public static NetworkPath path() {
    return NetworkPath.unknown(
        ServerLimits.withIdleTimeout("unknown-server", SHORTEST_USUAL)
            .withSource("the shortest usual keep-alive timeout: httpd, Uvicorn, Node.js up to 25"));
  }
}
