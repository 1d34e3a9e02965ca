package dev.holdfast.internal.command;

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
 *
 * @param <K> what stays while connections come and go, held weakly; by equality
 */
public final class ReplicasLeft<K> {

  private record Left(int times, long atNanos) {}

  /** A resolver of the JVM keeps a name for up to 30 s. */
  private static final IntervalFunction WAITS =
      new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), 2, 0.5).waits();

  private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST = 10;

  private final Map<K, Left> left = new WeakHashMap<>();

  /** Nothing left yet. */
  public ReplicasLeft() {}

  /**
   * Whether a connection may be given up for this now.
   *
   * @param of what the connection is of
   * @param nowNanos by {@link System#nanoTime()}
   * @return false for a while after the last that was
   */
  public synchronized boolean mayLeave(K of, long nowNanos) {
    Left last = left.get(of);
    return last == null
        || nowNanos - last.atNanos()
            >= TimeUnit.MILLISECONDS.toNanos(WAITS.apply(Math.min(last.times(), MOST)));
  }

  /**
   * Gives a connection up if that may be now, where several threads may ask at once.
   *
   * @param of what the connection is of
   * @param nowNanos by {@link System#nanoTime()}
   * @return whether it is given up
   */
  public synchronized boolean leavesIfItMay(K of, long nowNanos) {
    boolean may = mayLeave(of, nowNanos);
    if (may) {
      leaves(of, nowNanos);
    }
    return may;
  }

  /**
   * A connection is given up.
   *
   * @param of what the connection is of
   * @param nowNanos by {@link System#nanoTime()}
   */
  public synchronized void leaves(K of, long nowNanos) {
    Left last = left.get(of);
    int times = last == null || nowNanos - last.atNanos() > FORGOTTEN_NANOS ? 0 : last.times();
    left.put(of, new Left(times + 1, nowNanos));
  }

  /**
   * A connection led to a primary: what was before is over.
   *
   * @param of what the connection is of
   */
  public synchronized void works(K of) {
    left.remove(of);
  }
}
