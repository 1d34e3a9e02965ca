package dev.holdfast.path;

import java.time.Duration;

/**
 * How many connections a second one client may open to one destination address and port before it
 * runs out of source ports (rule R8).
 *
 * @param ports source ports per source address, at least 1
 * @param sources source addresses, at least 1
 * @param hold how long a port stays taken after its connection is closed
 */
public record PortBudget(int ports, int sources, Duration hold) {

  /**
   * A plain Linux client: 28232 ports ({@code ip_local_port_range} 32768 to 60999), one address,
   * {@code TIME_WAIT} of 60 s; about 470 connections a second.
   */
  public static final PortBudget LINUX_CLIENT = new PortBudget(28232, 1, Duration.ofMinutes(1));

  /**
   * Behind a Linux SNAT: 28232 ports, conntrack {@code time_wait} of 120 s; about 235 connections a
   * second.
   */
  public static final PortBudget LINUX_SNAT = new PortBudget(28232, 1, Duration.ofMinutes(2));

  /**
   * Behind an AWS NAT gateway: 55000 ports to one destination, each held for 350 s when connections
   * are abandoned rather than closed; about 157 connections a second.
   */
  public static final PortBudget AWS_NAT_GATEWAY =
      new PortBudget(55000, 1, Duration.ofSeconds(350));

  /**
   * Checks the numbers.
   *
   * @param ports source ports per source address
   * @param sources source addresses
   * @param hold how long a port stays taken
   * @throws IllegalArgumentException if a number is below 1 or the hold is not above zero
   */
  public PortBudget {
    if (ports < 1 || sources < 1) {
      throw Checks.refused(
          "port budget",
          ports + " ports, " + sources + " sources",
          "at least 1 each",
          "rule R8",
          "count ip_local_port_range and the source addresses");
    }
    Checks.positive("port hold", hold, "use 60 s, the TIME_WAIT of Linux");
  }

  /**
   * The budget: {@code ports * sources / hold}.
   *
   * @return connections per second that can be opened for ever
   */
  public double connectsPerSecond() {
    return (double) ports * sources / seconds(hold);
  }

  /**
   * The part of the budget that a storm of reconnects may use: one half.
   *
   * @return connections per second
   */
  public double stormPerSecond() {
    return connectsPerSecond() / 2;
  }

  /**
   * The same budget with more source addresses.
   *
   * @param count source addresses, at least 1
   * @return a new budget
   * @throws IllegalArgumentException if the count is below 1
   */
  public PortBudget withSources(int count) {
    return new PortBudget(ports, count, hold);
  }

  static double seconds(Duration value) {
    return value.getSeconds() + value.getNano() / 1e9;
  }
}
