package dev.holdfast.path;

import java.time.Duration;
import java.util.Objects;

/** Refusals of single values, all in one form: what, value, limit, source, fix. */
final class Checks {

  private static final Duration LONGEST = Duration.ofDays(3650);

  private Checks() {}

  static IllegalArgumentException refused(
      String what, String value, String limit, String source, String fix) {
    return new IllegalArgumentException(
        what + " is " + value + "; it must be " + limit + " (" + source + "). Fix: " + fix);
  }

  /** A null is refused where it is handed in, by its name. */
  static <T> T notNull(String what, T value) {
    return Objects.requireNonNull(value, () -> what + " is null");
  }

  /** Ages are counted in long nanoseconds, so a duration must stay well below 292 years. */
  static Duration positive(String what, Duration value, String fix) {
    notNull(what, value);
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw refused(
          what,
          Text.of(value),
          "above zero and at most 3650 days",
          "ages are counted in nanoseconds",
          fix);
    }
    return value;
  }

  static String name(String what, String value) {
    notNull(what, value);
    if (value.isBlank()) {
      throw refused(
          what, "blank", "a name", "every number in a plan names who set it", "name the box");
    }
    return value;
  }

  static double fraction(double u) {
    if (!(u >= 0 && u < 1)) {
      throw refused(
          "u",
          Double.toString(u),
          "at least 0 and below 1",
          "rule R6: u is uniform on [0,1)",
          "pass ThreadLocalRandom.current().nextDouble()");
    }
    return u;
  }
}
