package dev.holdfast.redis;

import dev.holdfast.retry.BackOff;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Which connections were given up because they led to a replica. A name may lead there for a while
 * longer, or for ever, if a replica is what was asked for: the next time comes later and later.
 * Thread-safe.
 */
final class ReplicasLeft {

  private record Left(int times, long atNanos) {}

  /** A resolver of the JVM keeps a name for up to 30 s. */
  private static final IntervalFunction WAITS =
      new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), 2, 0.5).waits();

  private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST = 10;

  private final Map<EndpointState, Left> left = new WeakHashMap<>();

  /** Whether a connection may be given up for this now. */
  synchronized boolean mayLeave(EndpointState connection, long nowNanos) {
    Left last = left.get(connection);
    return last == null
        || nowNanos - last.atNanos()
            >= TimeUnit.MILLISECONDS.toNanos(WAITS.apply(Math.min(last.times(), MOST)));
  }

  synchronized void leaves(EndpointState connection, long nowNanos) {
    Left last = left.get(connection);
    int times = last == null || nowNanos - last.atNanos() > FORGOTTEN_NANOS ? 0 : last.times();
    left.put(connection, new Left(times + 1, nowNanos));
  }
}
