package dev.holdfast.examples;

import dev.holdfast.examples.Call.Ending;
import dev.holdfast.examples.Call.Kind;
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

  long issued() {
    return calls.size();
  }

  long succeeded() {
    return ended(Ending.SUCCEEDED);
  }

  long failed() {
    return ended(Ending.FAILED);
  }

  long ambiguous() {
    return ended(Ending.AMBIGUOUS);
  }

  /** Counters above one: an INCR that ran more than once, whatever its caller was told. */
  long duplicates() {
    return counted.values().stream().filter(count -> count > 1).count();
  }

  /** INCRs reported as done that the server never ran. */
  long falseSuccesses() {
    return calls.stream()
        .filter(call -> call.kind() == Kind.INCR && call.ending() == Ending.SUCCEEDED)
        .filter(call -> counted.getOrDefault(call.key(), 0L) == 0)
        .count();
  }

  long maxStallMillis() {
    return calls.stream().mapToLong(Call::tookNanos).max().orElse(0) / 1_000_000;
  }

  boolean clean() {
    return failed() == 0 && duplicates() == 0 && falseSuccesses() == 0;
  }

  private long ended(Ending ending) {
    return calls.stream().filter(call -> call.ending() == ending).count();
  }
}
