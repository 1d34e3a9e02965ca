package dev.holdfast.examples;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one contender fared in one scenario.
 *
 * @param scenario the scenario
 * @param mode {@code bare} or {@code guarded}
 * @param calls every call made
 * @param counted the server's own count of how often each INCR ran, by key
 * @param connectionsOpened as the middlebox counted
 * @param diagnoses connections given up, by cause
 * @param errors what failed calls threw, with how many did
 * @param silences times without a byte on the wire
 * @param events what happened at the middlebox
 * @param lengthNanos the run's length
 * @param safeAge past which idle age the client gives a connection up of its own accord
 */
record Outcome(
    Scenario scenario,
    String mode,
    List<Call> calls,
    Map<String, Long> counted,
    long connectionsOpened,
    Map<String, Long> diagnoses,
    Map<String, Long> errors,
    List<WireTrace.Silence> silences,
    List<WireTrace.Event> events,
    long lengthNanos,
    Optional<Duration> safeAge) {

  Score score() {
    return Score.of(scenario.name(), mode, calls, counted, connectionsOpened, diagnoses);
  }

  static List<Score> scores(List<Outcome> outcomes) {
    return outcomes.stream().map(Outcome::score).toList();
  }
}
