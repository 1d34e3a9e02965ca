package dev.holdfast.benchmarks.http;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/** The clients there are guards for. A contender differs from its rival in the guard only. */
public enum HttpClientKind {
  /** Apache HttpClient 5, classic. */
  HC5,
  /** Reactor Netty's client, waited for on the calling thread. */
  REACTOR,
  /** OkHttp. */
  OKHTTP;

  /**
   * Its name in figures.
   *
   * @return in lower case
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The client as it comes, but for the size of its pool.
   *
   * @param uri what it calls
   * @param connections at most so many
   * @return a client, to be closed
   */
  public HttpContender bare(URI uri, int connections) {
    return switch (this) {
      case HC5 -> Hc5Contender.bare(uri, connections);
      case REACTOR -> ReactorContender.bare(uri, connections);
      case OKHTTP -> OkHttpContender.bare(uri, connections);
    };
  }

  /**
   * The same with a guard, for a path with an idle limit.
   *
   * @param uri what it calls
   * @param connections at most so many
   * @return a client, to be closed
   */
  public HttpContender guarded(URI uri, int connections) {
    return switch (this) {
      case HC5 -> Hc5Contender.guarded(uri, connections, plan());
      case REACTOR -> ReactorContender.guarded(uri, connections, plan());
      case OKHTTP -> OkHttpContender.guarded(uri, connections, plan());
    };
  }

  /**
   * Apache HttpClient 5 with its own check before each use of a connection, {@code
   * validateAfterInactivity} of zero.
   *
   * @param uri what it calls
   * @param connections at most so many
   * @return a client, to be closed
   */
  public static HttpContender staleCheck(URI uri, int connections) {
    return Hc5Contender.staleCheck(uri, connections);
  }

  private static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("nginx", Duration.ofSeconds(75)))
        .through(HopPreset.AWS_NLB.hop())
        .plan();
  }
}
