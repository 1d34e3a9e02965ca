package dev.holdfast.boot;

import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Actuator's health shows of all guards. Down is a guard with an endpoint that failed and is
 * tried by one caller at a time; one that is half installed is shown, and is not down, for its
 * client works as it does without it.
 *
 * @param down whether an endpoint is down
 * @param details for each guard what there is to say
 */
public record HealthView(boolean down, Map<String, String> details) {

  /**
   * The health now.
   *
   * @param guards of the application
   * @return what to show
   */
  public static HealthView of(List<Guard> guards) {
    Map<String, String> details = new LinkedHashMap<>();
    boolean down = false;
    for (Guard guard : guards) {
      GuardHealth health = guard.health();
      down |= health.firstDown().isPresent();
      details.put(guard.name(), text(health));
    }
    return new HealthView(down, details);
  }

  private static String text(GuardHealth health) {
    if (health.firstDown().isPresent()) {
      return health.firstDown().get().address() + " failed and is tried by one caller at a time";
    }
    return health.installed() ? "well" : "not or half installed: see the warning in the log";
  }
}
