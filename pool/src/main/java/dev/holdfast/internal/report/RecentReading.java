package dev.holdfast.internal.report;

import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.internal.wire.HostReading;
import java.time.Duration;
import java.util.Optional;

/**
 * The host's counters as of a second ago at most, one reading for all who ask within it, and small
 * enough to be kept by each. Thread-safe; reads files.
 */
final class RecentReading {

  private static final Duration RECENT = Duration.ofSeconds(1);

  private final HostCounters counters;
  private Optional<HostReading> latest = Optional.empty();

  RecentReading(HostCounters counters) {
    this.counters = counters;
  }

  HostCounters counters() {
    return counters;
  }

  synchronized Optional<HostReading> read() {
    long now = System.nanoTime();
    if (latest.filter(one -> now - one.takenAtNanos() < RECENT.toNanos()).isEmpty()) {
      latest = counters.evidence();
    }
    return latest;
  }
}
