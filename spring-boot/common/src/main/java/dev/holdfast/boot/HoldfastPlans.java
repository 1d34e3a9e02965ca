package dev.holdfast.boot;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathConflictException;
import java.time.Duration;
import java.util.List;
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
   * @param server the name of a server of the kind, for an example
   * @throws InvalidHoldfastPropertyException if the path is not understood, or contradicts itself
   */
  static ConnectionPlan plan(
      String property, @Nullable String path, Supplier<NetworkPath> unknown, String server) {
    if (path == null) {
      NetworkPath assumed = unknown.get();
      LOG.info(
          "{} is not set, so short limits are assumed: {}. Declare what lies on the way, for example"
              + " 'aws-nlb -> {}'",
          property,
          assumed,
          server);
      return assumed.plan();
    }
    return declared(property, path);
  }

  /**
   * Gives servers with a way of their own their plans.
   *
   * @param guard of an HTTP client
   * @param hosts as they are set
   * @throws InvalidHoldfastPropertyException naming the host or the path that is not understood
   */
  static <B extends HttpGuardBuilder<B>> B hosts(B guard, List<HoldfastProperties.Host> hosts) {
    for (int i = 0; i < hosts.size(); i++) {
      String property = "holdfast.http.hosts[" + i + "].";
      String host = present(property + "host", hosts.get(i).host(), "api.example.com");
      String path = present(property + "path", hosts.get(i).path(), "aws-nlb -> nginx");
      ConnectionPlan plan = declared(property + "path", path);
      try {
        guard.planFor(host, plan);
      } catch (IllegalArgumentException wrong) {
        throw new InvalidHoldfastPropertyException(property + "host", host, wrong);
      }
    }
    return guard;
  }

  private static String present(String property, @Nullable String value, String example) {
    if (value == null) {
      throw new InvalidHoldfastPropertyException(
          property,
          "",
          new IllegalArgumentException(
              "it is missing; host and path belong together. Fix: write one, for example '%s'"
                  .formatted(example)));
    }
    return value;
  }

  private static ConnectionPlan declared(String property, String path) {
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
              "it is below 1 s, and the kernel probes nothing it heard from within the last second."
                  + " Fix: use 1s, the default, or more"));
    }
    return idle;
  }
}
