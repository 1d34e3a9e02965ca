package dev.holdfast.examples;

import dev.holdfast.examples.Call.Ending;
import dev.holdfast.examples.Call.Kind;
import java.util.List;
import java.util.Map;

/**
 * The figures of one contender in one scenario, the same for every job.
 *
 * @param scenario the scenario's name
 * @param mode {@code bare} or {@code guarded}
 * @param issued calls made
 * @param succeeded calls answered
 * @param errors calls that failed
 * @param ambiguous calls reported as ambiguous
 * @param duplicates INCRs that ran more than once, whatever their callers were told
 * @param falseSuccesses INCRs reported as done that the server never ran
 * @param maxStallMillis the longest call
 * @param connectionsOpened connections made
 * @param diagnoses what the client named, by cause
 */
record Score(
    String scenario,
    String mode,
    long issued,
    long succeeded,
    long errors,
    long ambiguous,
    long duplicates,
    long falseSuccesses,
    long maxStallMillis,
    long connectionsOpened,
    Map<String, Long> diagnoses) {

  /**
   * Adds up.
   *
   * @param counted the server's own count of how often each INCR ran, by key
   */
  static Score of(
      String scenario,
      String mode,
      List<Call> calls,
      Map<String, Long> counted,
      long connectionsOpened,
      Map<String, Long> diagnoses) {
    return new Score(
        scenario,
        mode,
        calls.size(),
        ended(calls, Ending.SUCCEEDED),
        ended(calls, Ending.FAILED),
        ended(calls, Ending.AMBIGUOUS),
        counted.values().stream().filter(count -> count > 1).count(),
        calls.stream()
            .filter(call -> call.kind() == Kind.INCR && call.ending() == Ending.SUCCEEDED)
            .filter(call -> counted.getOrDefault(call.key(), 0L) == 0)
            .count(),
        calls.stream().mapToLong(Call::tookNanos).max().orElse(0) / 1_000_000,
        connectionsOpened,
        diagnoses);
  }

  private static long ended(List<Call> calls, Ending ending) {
    return calls.stream().filter(call -> call.ending() == ending).count();
  }

  boolean clean() {
    return errors == 0 && duplicates == 0 && falseSuccesses == 0;
  }
}
