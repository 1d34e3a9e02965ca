package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;

/** One line per cause and minute; the rest at debug level. Thread-safe. */
final class SwapLog {

  private static final Duration QUIET = Duration.ofMinutes(1);

  private final Logger log;
  private final Map<Cause, Long> lastLine = new EnumMap<>(Cause.class);

  SwapLog(Logger log) {
    this.log = log;
  }

  void log(SwapEvent event) {
    if (due(event.cause())) {
      log.info("{}", line(event));
    } else if (log.isDebugEnabled()) {
      log.debug("{}", line(event));
    }
  }

  private synchronized boolean due(Cause cause) {
    long now = System.nanoTime();
    Long last = lastLine.get(cause);
    if (last != null && now - last < QUIET.toNanos()) {
      return false;
    }
    lastLine.put(cause, now);
    return true;
  }

  private static String line(SwapEvent event) {
    return "%s: connection replaced, %s [%s], idle %d ms; calls moved %d, replayed %d, ambiguous %d, not executed %d"
        .formatted(
            event.guard(),
            event.cause().text(),
            event.evidence(),
            event.idle().toMillis(),
            event.moved(),
            event.replayed(),
            event.ambiguous(),
            event.notExecuted());
  }
}
