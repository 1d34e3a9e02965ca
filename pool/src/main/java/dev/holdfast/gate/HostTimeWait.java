package dev.holdfast.gate;

import dev.holdfast.internal.gate.LocalPorts;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The {@code TIME_WAIT} count for messages, read at most once a second: it is asked for when many
 * callers are refused at once. Thread-safe.
 */
final class HostTimeWait implements IntSupplier {

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier clock;
  private boolean read;
  private long readAt;
  private int count;

  HostTimeWait(LongSupplier clock) {
    this.clock = clock;
  }

  /** The count, -1 where it cannot be read. */
  @Override
  public synchronized int getAsInt() {
    long now = clock.getAsLong();
    if (!read || now - readAt >= FRESH_NANOS) {
      count = LocalPorts.timeWaitNow().orElse(-1);
      readAt = now;
      read = true;
    }
    return count;
  }
}
