package dev.holdfast.benchmarks.storm;

import java.time.Duration;

/**
 * What happens: every connection is reset within {@code detection}, the balancer is silent for
 * {@code outage}, then takes {@code acceptPerSecond} connections a second through a backlog. A SYN
 * that finds the backlog full is dropped, and repeated by the client's kernel every second.
 *
 * @param clients processes, each with its own policy
 * @param connections of each client
 * @param outage how long SYNs go unanswered
 * @param acceptPerSecond what the balancer takes
 * @param backlog connections that wait for it to do so
 * @param seed of all randomness
 */
public record Storm(
    int clients, int connections, Duration outage, int acceptPerSecond, int backlog, long seed) {

  /** Round trip of a handshake that is answered, in microseconds. */
  static final long RTT = 1_000;

  /** Connect timeout of every contender, in microseconds. */
  static final long TIMEOUT = 3_000_000;

  /** Linux since 6.5 repeats a SYN every second at first ({@code tcp_syn_linear_timeouts}). */
  static final long SYN_INTERVAL = 1_000_000;

  /** A client whose round trip is known takes a SYN for lost after so long, in microseconds. */
  static final long SILENCE = 100_000;

  /** Within this time all connections learn that they are lost, in microseconds. */
  static final long DETECTION = 100_000;

  /** Where the simulation gives up, in microseconds. */
  static final long LONGEST = 1_800_000_000;

  /** 10,000 clients of 50 connections, 5 s of silence, 20,000 accepted a second. */
  public static final Storm FULL =
      new Storm(10_000, 50, Duration.ofSeconds(5), 20_000, 4_096, 20_240_229);

  /** A tenth of everything, in front of a balancer a quarter as strong. */
  public static final Storm WEAK = new Storm(1_000, 50, FULL.outage(), 500, 410, FULL.seed());

  /** A tenth of everything, in front of a balancer five times as strong. */
  public static final Storm STRONG = new Storm(1_000, 50, FULL.outage(), 10_000, 410, FULL.seed());

  int total() {
    return clients * connections;
  }

  long outageMicros() {
    return outage.toNanos() / 1_000;
  }

  /**
   * The shortest refill there can be.
   *
   * @return seconds from the balancer's return to 99 % of all connections
   */
  public double idealSeconds() {
    return Math.max(0, total() * 0.99 - backlog) / acceptPerSecond;
  }
}
