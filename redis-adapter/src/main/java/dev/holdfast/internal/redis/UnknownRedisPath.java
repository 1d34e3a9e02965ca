package dev.holdfast.internal.redis;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;

/** The path to Redis of who does not know his. */
public final class UnknownRedisPath {

  /** As the shortest of the hops that {@link NetworkPath#unknown} allows for. */
  private static final Duration IDLE = Duration.ofMinutes(4);

  private UnknownRedisPath() {}

  /**
   * Hops and a server with the limits that are safe.
   *
   * @return the path
   */
  public static NetworkPath path() {
    return NetworkPath.unknown(
        ServerLimits.withIdleTimeout("unknown-redis", IDLE)
            .withSource("the idle limit of the unknown hops before it"));
  }
}
