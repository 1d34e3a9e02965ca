package dev.holdfast.internal.guard;

import java.time.Duration;
import java.util.Objects;

/** Settings that every guard has, checked where they are handed in. */
public final class GuardChecks {

  /** {@code TCP_KEEPIDLE} counts whole seconds, tcp(7). */
  private static final Duration LEAST_PROBED = Duration.ofSeconds(1);

  /** As in a path's limits: far below the 292 years of a long of nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(3650);

  private static final int MOST_ENDPOINTS = 1_000;

  private GuardChecks() {}

  /**
   * The name of a guard.
   *
   * @param name as given
   * @param purpose what to write in its place, with an example
   * @return the name
   * @throws IllegalArgumentException if it is blank
   */
  public static String name(String name, String purpose) {
    if (Objects.requireNonNull(name, "name").isBlank()) {
      throw new IllegalArgumentException(
          "name is '%s'; it must not be blank (it is in meters, log lines and events). Fix: write"
                  .formatted(name)
              + " what "
              + purpose
              + ", or leave it out");
    }
    return name;
  }

  /**
   * An idle age from which the kernel is asked for a proof.
   *
   * @param idle as given
   * @return the age
   * @throws IllegalArgumentException if it is below one second
   */
  public static Duration probedByKernel(Duration idle) {
    if (Objects.requireNonNull(idle, "idle").compareTo(LEAST_PROBED) < 0) {
      throw new IllegalArgumentException(
          "probeAfter %s is below 1 s: TCP_KEEPIDLE counts whole seconds (tcp(7)), so the kernel"
                  .formatted(idle)
              + " probes nothing it heard from within the last one. Fix: use 1 s, the default, or more");
    }
    return countable("probeAfter", idle);
  }

  /**
   * An idle age from which the server is asked for a proof.
   *
   * @param idle as given
   * @return the age
   * @throws IllegalArgumentException if it is not positive
   */
  public static Duration probedByPing(Duration idle) {
    Objects.requireNonNull(idle, "idle");
    if (idle.isNegative() || idle.isZero()) {
      throw new IllegalArgumentException(
          "probeAfter %s is not above zero: every command would wait for a proof. Fix: use 1 s, the"
                  .formatted(idle)
              + " default");
    }
    return countable("probeAfter", idle);
  }

  /**
   * A time that is counted in nanoseconds.
   *
   * @param what the setting
   * @param time as given
   * @return the time
   * @throws IllegalArgumentException if it is above 3650 days
   */
  public static Duration countable(String what, Duration time) {
    if (Objects.requireNonNull(time, what).compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "%s %s is above 3650 days: times are counted in nanoseconds. Fix: use less; that is for ever for any process"
              .formatted(what, time));
    }
    return time;
  }

  /**
   * For how long a call waits that its server declines for now.
   *
   * @param patience as given
   * @param usual the default, for people
   * @return the time
   * @throws IllegalArgumentException if it is negative or above 3650 days
   */
  public static Duration declinedPatience(Duration patience, String usual) {
    if (Objects.requireNonNull(patience, "patience").isNegative()) {
      throw new IllegalArgumentException(
          "declinedPatience %s is negative: time does not go back. Fix: use %s, the default, or"
                  .formatted(patience, usual)
              + " zero to wait for no server");
    }
    return countable("declinedPatience", patience);
  }

  /**
   * How often one call may be sent in all.
   *
   * @param attempts as given
   * @return the number
   * @throws IllegalArgumentException if it is below 1
   */
  public static int replayAttempts(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "replayAttempts "
              + attempts
              + " is below 1: the first sending counts too. Fix: use 3, the default, or 1 to send"
              + " nothing again");
    }
    return attempts;
  }

  /**
   * How many endpoints have meters of their own.
   *
   * @param most as given
   * @return the number
   * @throws IllegalArgumentException if it is not 1 to 1000
   */
  public static int endpointMeters(int most) {
    if (most < 1 || most > MOST_ENDPOINTS) {
      throw new IllegalArgumentException(
          "endpointMeters "
              + most
              + " is outside 1 to 1000: each has three meters. Fix: use the number of servers, or"
              + " leave it out for none");
    }
    return most;
  }
}
