package dev.holdfast.report;

import dev.holdfast.diagnosis.CounterDelta;
import dev.holdfast.wire.HostReading;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The host's counters over the last seconds, so that what rose during a connect is told from what
 * rose before. Reads at most once a second while connects begin, and for the end of those that were
 * not as they should be. Bounded. Thread-safe.
 */
final class RecentCounters {

  private static final Duration BETWEEN_READINGS = Duration.ofSeconds(1);

  /** A little more than Lettuce's default connect timeout of 10 s. */
  private static final int MOST_READINGS = 12;

  /** A reading may be older than a connect's end by this part of the connect. */
  private static final int FRESH_PART = 10;

  private final Supplier<Optional<HostReading>> host;
  private final LongSupplier clock;
  private final Deque<HostReading> readings = new ArrayDeque<>();
  private Optional<HostReading> latest = Optional.empty();

  /**
   * @param clock {@link System#nanoTime}, or a test's own
   */
  RecentCounters(Supplier<Optional<HostReading>> host, LongSupplier clock) {
    this.host = host;
    this.clock = clock;
  }

  /** A connect begins: what the counters say now, give or take a second, is not its doing. */
  synchronized void keep() {
    HostReading last = readings.peekLast();
    if (last != null && clock.getAsLong() - last.takenAtNanos() < BETWEEN_READINGS.toNanos()) {
      return;
    }
    read()
        .ifPresent(
            reading -> {
              if (readings.size() == MOST_READINGS) {
                readings.removeFirst();
              }
              readings.addLast(reading);
            });
  }

  /**
   * How much the counters rose since a connect began, or since up to a second before.
   *
   * @param beganNanos {@link System#nanoTime()} of its beginning
   * @return the rise; nothing is known if no reading is old enough
   */
  synchronized CounterDelta since(long beganNanos) {
    HostReading before = null;
    for (HostReading reading : readings) {
      if (reading.takenAtNanos() - beganNanos <= 0) {
        before = reading;
      }
    }
    if (before == null) {
      return CounterDelta.NONE;
    }
    HostReading earlier = before;
    return now(beganNanos).map(reading -> reading.since(earlier)).orElse(CounterDelta.NONE);
  }

  private Optional<HostReading> now(long beganNanos) {
    long now = clock.getAsLong();
    boolean fresh =
        latest.isPresent() && now - latest.get().takenAtNanos() <= (now - beganNanos) / FRESH_PART;
    return fresh ? latest : read();
  }

  private Optional<HostReading> read() {
    latest = host.get().map(HostReading::evidence);
    return latest;
  }
}
