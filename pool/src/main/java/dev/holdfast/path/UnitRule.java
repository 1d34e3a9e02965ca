package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Times a user gave that look like another unit's number: 300,000 s for a timeout of 300,000 ms, or
 * a command timeout of 5 ms for one of 5 s. No default and no preset is such a number.
 */
final class UnitRule {

  /** Above the longest idle timeout that servers ship with, MySQL's 480 min. */
  private static final Duration LONG = Duration.ofMinutes(500);

  /** For a time that is about a minute at most. */
  static final Duration A_MINUTES_TIME = Duration.ofSeconds(1_000);

  /** Whole days are meant as such, as netfilter's five. */
  private static final int MOST_DAYS = 30;

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
    in.path().hops().forEach(hop -> rule.look("idle limit of " + hop.name(), hop.idleLimit()));
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
    warning(what, given, LONG).ifPresent(found::add);
  }

  /** Looks at one time, which nobody sets to whole thousands of seconds above some. */
  static Optional<PathWarning> warning(String what, Duration given, Duration above) {
    boolean thousands = given.getNano() == 0 && given.getSeconds() % 1_000 == 0;
    boolean days = given.toDays() <= MOST_DAYS && given.equals(Duration.ofDays(given.toDays()));
    return thousands && !days && given.compareTo(above) >= 0
        ? Optional.of(made(what, given, given.dividedBy(1_000)))
        : Optional.empty();
  }

  private void add(String what, Duration given, Duration meant) {
    found.add(made(what, given, meant));
  }

  private static PathWarning made(String what, Duration given, Duration meant) {
    return new PathWarning(
        WarningCode.UNIT,
        what + " is " + Text.of(given) + ", which looks like another unit's number",
        "use " + Text.of(meant) + " if that is what was meant");
  }
}
