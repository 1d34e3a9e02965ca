package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.wire.WireSnapshot;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What connections tell of their path, and how old they become. Thread-safe. */
final class WireMeters {

  /** Connections of one guard share their path, mostly: more samples would tell no more. */
  private static final long BETWEEN_RTTS = Duration.ofMillis(100).toNanos();

  private final AtomicLong rttDue = new AtomicLong(System.nanoTime());
  private final @Nullable Timer rtt;
  private final @Nullable DistributionSummary retransmissions;
  private final Map<Cause, @Nullable Timer> ages = new EnumMap<>(Cause.class);

  WireMeters(OfGuard of) {
    rtt = of.timer(HoldfastMeter.RTT);
    retransmissions = of.summary(HoldfastMeter.RETRANSMISSIONS);
    for (Cause cause : Cause.values()) {
      ages.put(cause, of.timer(HoldfastMeter.AGE, "cause", cause.tag(), "closer", cause.closer()));
    }
  }

  void read(WireSnapshot snapshot, long sentAgain) {
    DistributionSummary lost = retransmissions;
    if (sentAgain > 0 && lost != null) {
      Guarded.meter(() -> lost.record((double) sentAgain));
    }
    long due = rttDue.get();
    long now = snapshot.takenAtNanos();
    Timer timer = rtt;
    if (snapshot.rttMicros() > 0
        && now - due >= 0
        && timer != null
        && rttDue.compareAndSet(due, now + BETWEEN_RTTS)) {
      Guarded.meter(() -> timer.record(snapshot.rttMicros(), TimeUnit.MICROSECONDS));
    }
  }

  void ended(Cause cause, long ageNanos) {
    Timer timer = ages.get(cause);
    if (timer != null) {
      Guarded.meter(() -> timer.record(ageNanos, TimeUnit.NANOSECONDS));
    }
  }
}
