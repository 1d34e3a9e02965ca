package dev.holdfast.internal.wire;

import java.time.Duration;

/** When the kernel sends a SYN again. */
public final class SynTimeout {

  /** {@code TCP_TIMEOUT_INIT} of {@code net/tcp.h}, RFC 6298: the kernel repeats no SYN before. */
  public static final Duration FIRST = Duration.ofSeconds(1);

  /** From here on the kernel may have sent the SYN again, by its own clock of ticks. */
  public static final long REPEATED_NANOS = FIRST.minusMillis(10).toNanos();

  private SynTimeout() {}
}
