package dev.holdfast.boot;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathConflictException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plans of the declared paths, or of those assumed where nothing is declared. */
final class HoldfastPlans {

  private static final Logger LOG = LoggerFactory.getLogger(HoldfastPlans.class);

  private HoldfastPlans() {}

  /**
   * A path's plan.
   *
   * @param property its name
   * @param path what it is set to; null if it is not
   * @param unknown the path to assume
   * @throws InvalidHoldfastPropertyException if the path is not understood, or contradicts itself
   */
  static ConnectionPlan plan(
      String property, @Nullable String path, Supplier<NetworkPath> unknown) {
    if (path == null) {
      NetworkPath assumed = unknown.get();
      LOG.info(
          "{} is not set, so short limits are assumed: {}. Declare what lies on the way, for example"
              + " 'aws-nlb -> {}'",
          property,
          assumed,
          "holdfast.redis.path".equals(property) ? "redis" : "nginx");
      return assumed.plan();
    }
    try {
      return NetworkPath.parse(path).plan();
    } catch (IllegalArgumentException | PathConflictException wrong) {
      throw new InvalidHoldfastPropertyException(property, path, wrong);
    }
  }

  /**
   * Checks an idle time before a guard does, to name its property.
   *
   * @throws InvalidHoldfastPropertyException if it is below one second
   */
  static Duration probeAfter(String property, Duration idle) {
    if (idle.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new InvalidHoldfastPropertyException(
          property,
          idle.toString(),
          new IllegalArgumentException(
              "it is below 1 s, and the kernel probes nothing it heard from within the last second"));
    }
    return idle;
  }
}
