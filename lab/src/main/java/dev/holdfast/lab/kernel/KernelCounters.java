package dev.holdfast.lab.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The TCP counters of one network namespace at one moment, from {@code /proc/net/snmp} and {@code
 * /proc/net/netstat}. They belong to all its sockets.
 *
 * @param values by name, for example {@code Tcp.OutRsts} or {@code TcpExt.TCPAbortOnData}
 */
public record KernelCounters(Map<String, Long> values) {

  /**
   * Copies the values.
   *
   * @param values by name
   */
  public KernelCounters {
    values = Map.copyOf(values);
  }

  /**
   * One counter.
   *
   * @param name for example {@code TcpExt.TCPTimeWaitOverflow}
   * @return its value
   * @throws IllegalArgumentException if this kernel has no such counter
   */
  public long get(String name) {
    Long value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("this kernel has no counter " + name);
    }
    return value;
  }

  /**
   * How much one counter has grown.
   *
   * @param before an earlier reading of the same namespace
   * @param name as for {@link #get(String)}
   * @return the growth
   * @throws IllegalArgumentException if this kernel has no such counter
   */
  public long since(KernelCounters before, String name) {
    return get(name) - before.get(name);
  }

  /** Both files come as pairs of lines: a prefix with the names, the prefix with the values. */
  static KernelCounters parse(String snmpAndNetstat) {
    List<String> lines = snmpAndNetstat.lines().toList();
    Map<String, Long> values = new HashMap<>();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = lines.get(i).split(" ", -1);
      String[] numbers = lines.get(i + 1).split(" ", -1);
      String prefix = names[0].replace(':', '.');
      for (int column = 1; column < names.length; column++) {
        values.put(prefix + names[column], Long.parseLong(numbers[column]));
      }
    }
    return new KernelCounters(values);
  }
}
