package dev.holdfast.path;

import java.time.Duration;

/**
 * Socket options of TCP keepalive. The limits are those of the Linux kernel ({@code
 * MAX_TCP_KEEPIDLE}, {@code MAX_TCP_KEEPINTVL}, {@code MAX_TCP_KEEPCNT} in {@code
 * include/net/tcp.h}).
 *
 * @param idle {@code TCP_KEEPIDLE}: silence before a probe, and the period between probes while
 *     they are answered; whole seconds, 1 to 32767
 * @param interval {@code TCP_KEEPINTVL}: time between unanswered probes; whole seconds, 1 to 32767
 * @param count {@code TCP_KEEPCNT}: unanswered probes before the kernel gives up; 1 to 127
 */
public record KeepAlive(Duration idle, Duration interval, int count) {

  static final Duration MAX_PERIOD = Duration.ofSeconds(32767);
  private static final int MAX_COUNT = 127;
  private static final String SOURCE = "Linux include/net/tcp.h";

  /**
   * Checks the options against what the kernel accepts.
   *
   * @param idle {@code TCP_KEEPIDLE}
   * @param interval {@code TCP_KEEPINTVL}
   * @param count {@code TCP_KEEPCNT}
   * @throws IllegalArgumentException if a period is not whole seconds or a value is out of range
   */
  public KeepAlive {
    period("keepAliveIdle", idle);
    period("keepAliveInterval", interval);
    count(count);
  }

  /**
   * How long an idle connection to a dead peer lives: {@code idle + interval * count} (rule R3).
   *
   * @return the dead-peer time
   */
  public Duration deadPeerTime() {
    return idle.plus(interval.multipliedBy(count));
  }

  static Duration period(String what, Duration value) {
    Checks.notNull(what, value);
    if (value.toSeconds() < 1
        || value.compareTo(MAX_PERIOD) > 0
        || !value.equals(Duration.ofSeconds(value.toSeconds()))) {
      throw Checks.refused(
          what, Text.of(value), "whole seconds, 1 to 32767", SOURCE, "round to a whole second");
    }
    return value;
  }

  static int count(int value) {
    if (value < 1 || value > MAX_COUNT) {
      throw Checks.refused("keepAliveCount", Integer.toString(value), "1 to 127", SOURCE, "use 3");
    }
    return value;
  }
}
