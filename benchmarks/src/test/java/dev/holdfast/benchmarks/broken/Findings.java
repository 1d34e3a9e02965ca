package dev.holdfast.benchmarks.broken;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was found wrong, counted, with the first few told in full. Thread-safe. */
final class Findings {

  private static final int MOST_TOLD = 12;

  private final Map<Wrong, Integer> counts = new EnumMap<>(Wrong.class);
  private final List<String> told = new ArrayList<>();

  synchronized void add(Wrong wrong, String what) {
    counts.merge(wrong, 1, Integer::sum);
    if (told.size() < MOST_TOLD) {
      told.add(wrong + ": " + what);
    }
  }

  /** A call against how often it ran. */
  void judge(String what, Outcome outcome, long ran) {
    if (ran > 1) {
      add(Wrong.RAN_TWICE, what + " ran " + ran + " times, the caller was told " + outcome);
    } else if (!outcome.allows(ran)) {
      Wrong wrong = outcome.answered() ? Wrong.ANSWERED_NOT_ONCE : Wrong.RAN_ALTHOUGH_DENIED;
      add(wrong, what + " ran " + ran + " times, the caller was told " + outcome);
    }
    if (outcome.kind() == Outcome.Kind.WAITING) {
      add(Wrong.LEFT_WAITING, what);
    }
  }

  synchronized int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public synchronized String toString() {
    return counts + "\n  " + String.join("\n  ", told);
  }
}
