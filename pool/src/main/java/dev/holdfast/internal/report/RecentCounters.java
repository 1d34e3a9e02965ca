package dev.holdfast.internal.report;

import dev.holdfast.internal.diagnosis.CounterDelta;
import dev.holdfast.internal.wire.HostReading;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The host's counters over the last seconds, so that what rose during a connect is told from what
 * rose before. Reads at most once a second while connects begin, and for the end of those that were
 * not as they should be. Bounded. Thread-safe; nobody waits for a reading but who asks for a rise.
 */
final class RecentCounters {

  private static final Duration BETWEEN_READINGS = Duration.ofSeconds(1);

  /** A little more than Lettuce's default connect timeout of 10 s. */
  private static final int MOST_READINGS = 12;

  /** A reading may be older than a connect's end by this part of the connect. */
  private static final int FRESH_PART = 10;

  private final Supplier<Optional<HostReading>> host;
  private final LongSupplier clock;
  private final Executor reader;
  private final Deque<HostReading> readings = new ArrayDeque<>();
  private @Nullable Long askedAtNanos;
  private Optional<HostReading> latest = Optional.empty();

  /**
   * @param clock {@link System#nanoTime}, or a test's own
   * @param reader runs what reads while connects begin
   */
  RecentCounters(Supplier<Optional<HostReading>> host, LongSupplier clock, Executor reader) {
    this.host = host;
    this.clock = clock;
    this.reader = reader;
  }

  /** A connect begins: what the counters say now, give or take a second, is not its doing. */
  void keep() {
    synchronized (this) {
      long now = clock.getAsLong();
      if (askedAtNanos != null && now - askedAtNanos < BETWEEN_READINGS.toNanos()) {
        return;
      }
      askedAtNanos = now;
    }
    reader.execute(() -> host.get().map(HostReading::evidence).ifPresent(this::keep));
  }

  private synchronized void keep(HostReading reading) {
    latest = Optional.of(reading);
    if (readings.size() == MOST_READINGS) {
      readings.removeFirst();
    }
    readings.addLast(reading);
  }

  /**
   * How much the counters rose since a connect began, or since up to a second before. Reads files.
   *
   * @param beganNanos {@link System#nanoTime()} of its beginning
   * @return the rise; nothing is known if no reading is old enough
   */
  CounterDelta since(long beganNanos) {
    HostReading before = before(beganNanos);
    if (before == null) {
      return CounterDelta.NONE;
    }
    Optional<HostReading> now = now(beganNanos);
    if (now.isEmpty()) {
      return CounterDelta.NONE;
    }
    CounterDelta atMost = now.get().since(before);
    if (beganNanos - before.takenAtNanos() <= 2 * BETWEEN_READINGS.toNanos()) {
      return atMost;
    }
    HostReading after = after(beganNanos);
    return after == null ? known(CounterDelta.NONE, atMost) : known(now.get().since(after), atMost);
  }

  private synchronized @Nullable HostReading before(long beganNanos) {
    HostReading before = null;
    for (HostReading reading : readings) {
      if (reading.takenAtNanos() - beganNanos <= 0) {
        before = reading;
      }
    }
    return before;
  }

  private synchronized @Nullable HostReading after(long beganNanos) {
    return readings.stream()
        .filter(reading -> reading.takenAtNanos() - beganNanos > 0)
        .findFirst()
        .orElse(null);
  }

  private Optional<HostReading> now(long beganNanos) {
    synchronized (this) {
      long now = clock.getAsLong();
      if (latest.isPresent()
          && now - latest.get().takenAtNanos() <= (now - beganNanos) / FRESH_PART) {
        return latest;
      }
    }
    Optional<HostReading> read = host.get().map(HostReading::evidence);
    synchronized (this) {
      latest = read;
    }
    return read;
  }

  /**
   * The reading a connect asked for is taken a moment after it began, and the one before may be
   * long ago: the rise is between the two.
   */
  private static CounterDelta known(CounterDelta atLeast, CounterDelta atMost) {
    return new CounterDelta(
        known(atLeast.outResets(), atMost.outResets()),
        known(atLeast.reversePathFilter(), atMost.reversePathFilter()),
        known(atLeast.timeWaitOverflow(), atMost.timeWaitOverflow()),
        known(atLeast.synRetransmissions(), atMost.synRetransmissions()));
  }

  private static OptionalLong known(OptionalLong atLeast, OptionalLong atMost) {
    boolean none = atMost.isPresent() && atMost.getAsLong() == 0;
    boolean some = atLeast.isPresent() && atLeast.getAsLong() > 0;
    return none ? atMost : some ? atLeast : OptionalLong.empty();
  }
}
