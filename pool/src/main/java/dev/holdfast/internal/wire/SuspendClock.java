package dev.holdfast.internal.wire;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Monotonic time that goes on while the machine is suspended. {@link System#nanoTime()} does not on
 * Linux ({@code CLOCK_MONOTONIC}): a laptop or a virtual machine that slept for an hour would take
 * its connections for as young as before, while servers and middleboxes have forgotten them.
 *
 * <p>That something is amiss shows as wall-clock time without monotonic time. Whether the machine
 * slept or somebody set its clock, {@code CLOCK_BOOTTIME} tells, which {@code /proc/uptime} shows:
 * it counts sleep and knows nothing of the wall clock. So a wall clock that is set changes nothing
 * here. Where there is no such file, the jump is a {@link #doubts doubt}: no age is changed, and
 * whoever keeps idle connections proves them. A hypervisor that stops a machine without its
 * knowledge stops all its clocks; that is seen by nobody in it.
 *
 * <p>Thread-safe. A reading costs two of the host's clocks, some 50 ns, and a file read after a
 * jump.
 */
public final class SuspendClock {

  /** Below it, clocks differ by slewing and rounding. */
  static final long JUMP_NANOS = 1_000_000_000L;

  /** What is followed without a question: slewing, 500 ppm at most, comes in smaller steps. */
  private static final long DRIFT_NANOS = 50_000_000L;

  private static final SuspendClock OF_THIS_HOST =
      new SuspendClock(System::nanoTime, System::currentTimeMillis, SuspendClock::uptime);

  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final Supplier<OptionalLong> bootNanos;

  /** Guarded by this. */
  private OptionalLong bootAhead;

  private volatile long wallAhead;
  private volatile long suspended;
  private volatile int doubts;

  /**
   * Other clocks, for tests and simulations.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @param wallMillis as {@link System#currentTimeMillis}
   * @param bootNanos nanoseconds that go on while the machine sleeps; empty where there are none
   */
  public SuspendClock(
      LongSupplier nanoTime, LongSupplier wallMillis, Supplier<OptionalLong> bootNanos) {
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
    this.bootNanos = bootNanos;
    long now = nanoTime.getAsLong();
    this.wallAhead = wallMillis.getAsLong() * 1_000_000L - now;
    this.bootAhead = ahead(now);
  }

  /**
   * The clock of this process.
   *
   * @return always the same one
   */
  public static SuspendClock ofThisHost() {
    return OF_THIS_HOST;
  }

  static OptionalLong uptime() {
    Optional<String> text = HostFile.text(Path.of("/proc/uptime"));
    if (text.isEmpty() || !text.get().matches("\\d{1,10}\\.\\d\\d .*")) {
      return OptionalLong.empty();
    }
    String seconds = text.get().substring(0, text.get().indexOf(' '));
    return OptionalLong.of(Long.parseLong(seconds.replace(".", "")) * 10_000_000L);
  }

  /**
   * The time.
   *
   * @return nanoseconds, never less than before; as {@link System#nanoTime()}, plus all time the
   *     machine was suspended
   */
  public long nanoTime() {
    long now = nanoTime.getAsLong();
    long ahead = wallMillis.getAsLong() * 1_000_000L - now;
    if (Math.abs(ahead - wallAhead) > DRIFT_NANOS) {
      settle(now, ahead);
    }
    return now + suspended;
  }

  private synchronized void settle(long now, long ahead) {
    long jump = ahead - wallAhead;
    if (jump > JUMP_NANOS) {
      OptionalLong bootNow = ahead(now);
      if (bootNow.isEmpty() || bootAhead.isEmpty()) {
        doubts++;
      } else {
        long slept = bootNow.getAsLong() - bootAhead.getAsLong();
        suspended += slept > JUMP_NANOS ? slept : 0;
      }
      bootAhead = bootNow;
    }
    wallAhead = ahead;
  }

  private OptionalLong ahead(long now) {
    OptionalLong boot = bootNanos.get();
    return boot.isPresent() ? OptionalLong.of(boot.getAsLong() - now) : boot;
  }

  /**
   * All time the machine was suspended, as far as {@link #nanoTime()} has seen.
   *
   * @return nanoseconds
   */
  public long suspendedNanos() {
    return suspended;
  }

  /**
   * How often the machine may have slept, or somebody may have set its clock forward: nobody can
   * tell which.
   *
   * @return a count that only grows
   */
  public int doubts() {
    return doubts;
  }
}
