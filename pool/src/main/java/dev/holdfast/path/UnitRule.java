package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Times a user gave that look like another unit's number: 300,000 s for a timeout of 300,000 ms, or
 * a command timeout of 5 ms for one of 5 s. No default and no preset is such a number.
 */
final class UnitRule {

  /** Above the longest idle timeout that servers ship with, MySQL's 480 min. */
  private static final Duration LONG = Duration.ofMinutes(500);

  /** Nobody waits so short for an answer over a network. */
  private static final Duration SHORT = Duration.ofMillis(10);

  private final List<PathWarning> found = new ArrayList<>();

  private UnitRule() {}

  static List<PathWarning> warnings(Inputs in) {
    UnitRule rule = new UnitRule();
    RequestedSettings asked = in.asked();
    ServerLimits server = in.path().server();
    server.idleTimeout().ifPresent(t -> rule.look("idle timeout of " + server.name(), t));
    server.advertisedTimeout().ifPresent(t -> rule.look("advertised by " + server.name(), t));
    asked.maxIdle().ifPresent(t -> rule.look("maxIdle", t));
    asked.pingPeriod().ifPresent(t -> rule.look("pingPeriod", t));
    asked.commandTimeout().ifPresent(t -> rule.lookForAnswers("commandTimeout", t));
    asked.userTimeout().ifPresent(t -> rule.lookForAnswers("userTimeout", t));
    return rule.found;
  }

  private void lookForAnswers(String what, Duration given) {
    if (!given.isZero() && given.compareTo(SHORT) < 0) {
      add(what, given, Duration.ofSeconds(given.toMillis()));
    }
    look(what, given);
  }

  private void look(String what, Duration given) {
    boolean thousands = given.getNano() == 0 && given.getSeconds() % 1_000 == 0;
    if (thousands && given.compareTo(LONG) >= 0) {
      add(what, given, given.dividedBy(1_000));
    }
  }

  private void add(String what, Duration given, Duration meant) {
    found.add(
        new PathWarning(
            WarningCode.UNIT,
            what + " is " + Text.of(given) + ", which looks like another unit's number",
            "use " + Text.of(meant) + " if that is what was meant"));
  }
}
