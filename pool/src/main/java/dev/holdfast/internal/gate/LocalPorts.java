package dev.holdfast.internal.gate;

import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.PortBudget;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What this host's kernel says of source ports, read from {@code /proc} without privileges. It
 * holds for this network namespace; a NAT on the way has limits of its own, which are not visible
 * here.
 *
 * @param first the first port of {@code ip_local_port_range}
 * @param last the last one
 * @param reserved how many of the range {@code ip_local_reserved_ports} keeps back
 * @param reuse {@code tcp_tw_reuse}: 0 never, 1 always, 2 towards loopback only (the default)
 * @param reuseDelay {@code tcp_tw_reuse_delay}, 1 s where the kernel has no such setting
 * @param timestamps whether {@code tcp_timestamps} is on; without it nothing is reused
 * @param timeWaitLimit {@code tcp_max_tw_buckets}; above it the kernel destroys {@code TIME_WAIT}
 *     sockets at once, which answers late FINs with an RST. No budget counts on it
 */
public record LocalPorts(
    int first,
    int last,
    int reserved,
    int reuse,
    Duration reuseDelay,
    boolean timestamps,
    int timeWaitLimit) {

  /** {@code TCP_TIMEWAIT_LEN}, a constant of Linux. */
  private static final Duration TIME_WAIT = Duration.ofSeconds(60);

  /**
   * Reads this host.
   *
   * @return empty where there is no such {@code /proc}: not Linux, or hidden
   */
  public static Optional<LocalPorts> read() {
    return read(HostCounters.ofThisHost());
  }

  static Optional<LocalPorts> read(HostCounters host) {
    return read(host::setting);
  }

  /**
   * Reads a host whose settings come from elsewhere.
   *
   * @param host a setting by its name, as {@code sysctl} has it
   * @return empty where {@code net.ipv4.ip_local_port_range} is missing or unreadable
   */
  public static Optional<LocalPorts> read(Function<String, Optional<String>> host) {
    try {
      String[] range = text(host, "ip_local_port_range", "").split("\\s+", -1);
      int first = Integer.parseInt(range[0]);
      int last = Integer.parseInt(range[1]);
      return Optional.of(
          new LocalPorts(
              first,
              last,
              reserved(first, last, text(host, "ip_local_reserved_ports", "")),
              number(host, "tcp_tw_reuse", 0),
              Duration.ofMillis(number(host, "tcp_tw_reuse_delay", 1000)),
              number(host, "tcp_timestamps", 0) != 0,
              number(host, "tcp_max_tw_buckets", Integer.MAX_VALUE)));
    } catch (RuntimeException notThisKernel) {
      return Optional.empty();
    }
  }

  /**
   * The {@code TIME_WAIT} sockets of this network namespace, to any destination. One read of {@code
   * /proc/net/sockstat}.
   *
   * @return empty where it cannot be read
   */
  public static OptionalInt timeWaitNow() {
    OptionalLong now = HostCounters.ofThisHost().timeWait();
    return now.isPresent() ? OptionalInt.of((int) now.getAsLong()) : OptionalInt.empty();
  }

  /**
   * How many ports the range leaves.
   *
   * @return at least 1
   */
  public int ports() {
    return Math.max(1, last - first + 1 - reserved);
  }

  /**
   * The budget in force towards one destination address and port.
   *
   * @param sources source addresses dialled from, at least 1
   * @param loopback whether the destination is a loopback address
   * @return a port is held for {@code TIME_WAIT}, 60 s; for the reuse delay where {@code
   *     tcp_tw_reuse} applies (measured: 9 of 10 ports again after 1.1 s). If the peer speaks no
   *     timestamps the kernel holds it for 60 s all the same
   */
  public PortBudget budget(int sources, boolean loopback) {
    boolean reused = timestamps && (reuse == 1 || (reuse == 2 && loopback));
    boolean delayed = reused && !reuseDelay.isZero() && reuseDelay.compareTo(TIME_WAIT) < 0;
    Duration hold = delayed ? reuseDelay : reused ? Duration.ofMillis(1) : TIME_WAIT;
    return new PortBudget(ports(), sources, hold);
  }

  /** The kernel's list: {@code 8080,40000-40010}. */
  private static int reserved(int first, int last, String list) {
    int count = 0;
    for (String part : list.split(",", -1)) {
      if (!part.isBlank()) {
        String[] ends = part.trim().split("-", -1);
        int from = Math.max(first, Integer.parseInt(ends[0]));
        int to = Math.min(last, Integer.parseInt(ends[ends.length - 1]));
        count += Math.max(0, to - from + 1);
      }
    }
    return count;
  }

  private static int number(Function<String, Optional<String>> host, String name, int missing) {
    return Integer.parseInt(text(host, name, Integer.toString(missing)));
  }

  private static String text(Function<String, Optional<String>> host, String name, String missing) {
    return host.apply("net.ipv4." + name).orElse(missing);
  }
}
