package dev.holdfast;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that passes when told to. Starts near the overflow of {@link System#nanoTime}. */
public final class ManualClock implements LongSupplier {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

  @Override
  public long getAsLong() {
    return nanos.get();
  }

  public void pass(Duration time) {
    passNanos(time.toNanos());
  }

  public void passNanos(long time) {
    nanos.addAndGet(time);
  }
}
