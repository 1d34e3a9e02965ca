package dev.holdfast.http.proof;

import dev.holdfast.http.proof.Settled.End;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The sum of many calls: what their callers saw, against what the server says it ran.
 *
 * @param errors calls that failed or hung and were not reported as ambiguous
 * @param ambiguous calls reported as such
 * @param duplicates calls not to be repeated that ran more than once
 * @param repeats repeatable calls that ran more than once, which is allowed
 * @param falseSuccesses calls given an answer that is not theirs, or answered without having run
 * @param maxStallMillis the longest wait
 * @param lines a few calls that were not answered, errors first
 */
record Score(
    int calls,
    int errors,
    int ambiguous,
    int duplicates,
    int repeats,
    int falseSuccesses,
    long maxStallMillis,
    List<String> lines) {

  private static final int MOST_LINES = 3;

  static Score of(List<Settled> settled, Map<String, Long> ran) {
    return new Score(
        settled.size(),
        count(settled, End.FAILED) + count(settled, End.HUNG) + count(settled, End.NOT_EXECUTED),
        count(settled, End.AMBIGUOUS),
        twice(settled, false, ran),
        twice(settled, true, ran),
        count(settled, End.FALSELY_ANSWERED) + unexecuted(settled, ran),
        settled.stream().mapToLong(Settled::millis).max().orElse(0),
        settled.stream()
            .filter(call -> call.end() != End.ANSWERED)
            .sorted(Comparator.comparing(call -> call.end() == End.AMBIGUOUS))
            .map(Settled::line)
            .limit(MOST_LINES)
            .toList());
  }

  private static int count(List<Settled> settled, End end) {
    return (int) settled.stream().filter(call -> call.end() == end).count();
  }

  private static int twice(List<Settled> settled, boolean repeatable, Map<String, Long> ran) {
    return (int)
        settled.stream()
            .filter(call -> call.verb().repeatable() == repeatable)
            .filter(call -> ran.getOrDefault(call.id(), 0L) > 1)
            .count();
  }

  private static int unexecuted(List<Settled> settled, Map<String, Long> ran) {
    return (int)
        settled.stream()
            .filter(call -> call.end() == End.ANSWERED && !ran.containsKey(call.id()))
            .count();
  }

  /** For people: it goes to the test's output and decides nothing. */
  Score print(String scenario, Client client, String mode, String verb) {
    System.out.printf(
        Locale.ROOT,
        "[http] %-34s %-7s %-7s %-8s %5d calls, errors %3d, ambiguous %3d, duplicates %d,"
            + " repeats %d, falseSuccesses %d, maxStall %d ms%s%n",
        scenario,
        client,
        mode,
        verb,
        calls,
        errors,
        ambiguous,
        duplicates,
        repeats,
        falseSuccesses,
        maxStallMillis,
        lines.isEmpty() ? "" : "; first: " + lines.get(0));
    return this;
  }
}
