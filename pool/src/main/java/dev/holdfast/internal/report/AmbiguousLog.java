package dev.holdfast.internal.report;

import dev.holdfast.retry.AmbiguousOutcomeException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of calls whose outcome is unknown: somebody must look whether they ran. One line a minute
 * for each guard and operation, with the number of those left out. Thread-safe; as large as there
 * are operations.
 */
final class AmbiguousLog {

  private static final Logger LOG = LoggerFactory.getLogger(AmbiguousOutcomeException.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  static final AmbiguousLog SHARED = new AmbiguousLog(System::nanoTime, LOG::warn);

  private static final class Quiet {
    private long since;
    private long leftOut;
  }

  private final LongSupplier clock;
  private final Consumer<String> lines;
  private final Map<String, Quiet> quiet = new HashMap<>();

  AmbiguousLog(LongSupplier clock, Consumer<String> lines) {
    this.clock = clock;
    this.lines = lines;
  }

  void ambiguous(String guard, String call) {
    long leftOut = leftOut(guard + '/' + call);
    if (leftOut >= 0) {
      lines.accept(
          "%s: the outcome of %s is unknown: it was sent and its answer was lost%s"
              .formatted(
                  guard,
                  call,
                  leftOut == 0 ? "" : " (" + leftOut + " more since the last such line)"));
    }
  }

  /** How many were left out since the last line, or -1 if this one is left out too. */
  private synchronized long leftOut(String key) {
    long now = clock.getAsLong();
    Quiet last = quiet.get(key);
    if (last != null && now - last.since < QUIET_NANOS) {
      last.leftOut++;
      return -1;
    }
    Quiet next = new Quiet();
    next.since = now;
    quiet.put(key, next);
    return last == null ? 0 : last.leftOut;
  }
}
