package dev.holdfast.internal.report;

import dev.holdfast.report.DiagnosisEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One line for each guard, explanation and minute, with the number of those left out since the last
 * one. Thread-safe.
 */
final class DiagnosisLog {

  private static final Duration QUIET = Duration.ofMinutes(1);

  private static final class Quiet {
    private long since;
    private long leftOut;
  }

  private final LongSupplier nanoClock;
  private final Consumer<String> said;
  private final Consumer<String> unsaid;
  private final Map<String, Quiet> quiet = new HashMap<>();

  /**
   * @param said takes the lines for everybody
   * @param unsaid takes the others
   */
  DiagnosisLog(LongSupplier nanoClock, Consumer<String> said, Consumer<String> unsaid) {
    this.nanoClock = nanoClock;
    this.said = said;
    this.unsaid = unsaid;
  }

  void log(DiagnosisEvent event) {
    long leftOut = leftOutOrQuiet(event.guard() + '/' + event.diagnosis().tag());
    if (leftOut < 0) {
      unsaid.accept(event.line());
    } else if (leftOut == 0) {
      said.accept(event.line());
    } else {
      said.accept(event.line() + " (" + leftOut + " more like this since the last line)");
    }
  }

  /** How many were left out since the last line, or -1 if this one is left out too. */
  private synchronized long leftOutOrQuiet(String key) {
    long now = nanoClock.getAsLong();
    Quiet last = quiet.get(key);
    if (last != null && now - last.since < QUIET.toNanos()) {
      last.leftOut++;
      return -1;
    }
    Quiet next = new Quiet();
    next.since = now;
    quiet.put(key, next);
    return last == null ? 0 : last.leftOut;
  }
}
