package dev.holdfast.internal.wire;

import dev.holdfast.internal.diagnosis.CounterDelta;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The TCP counters of this network namespace at one moment. They belong to all its sockets, and to
 * no connection. Immutable.
 *
 * @param takenAtNanos {@link System#nanoTime()} of the reading
 * @param counters by the names of {@code nstat}, prefix and dot included, for example {@code
 *     TcpExt.TCPTimeWaitOverflow}
 * @param timeWait sockets in TIME_WAIT, {@code tw} of {@code /proc/net/sockstat}
 */
public record HostReading(long takenAtNanos, Map<String, Long> counters, OptionalLong timeWait) {

  private static final String OUT_RESETS = "Tcp.OutRsts";
  private static final String REVERSE_PATH_FILTER = "TcpExt.IPReversePathFilter";
  private static final String TIME_WAIT_OVERFLOW = "TcpExt.TCPTimeWaitOverflow";
  private static final String SYN_RETRANSMISSIONS = "TcpExt.TCPSynRetrans";

  static final Set<String> EVIDENCE =
      Set.of(OUT_RESETS, REVERSE_PATH_FILTER, TIME_WAIT_OVERFLOW, SYN_RETRANSMISSIONS);

  /**
   * Copies the counters.
   *
   * @param takenAtNanos {@link System#nanoTime()} of the reading
   * @param counters by name
   * @param timeWait sockets in TIME_WAIT
   */
  public HostReading {
    counters = Map.copyOf(counters);
  }

  /**
   * One counter.
   *
   * @param name for example {@code Tcp.OutRsts}
   * @return its value; empty if this kernel has no such counter
   */
  public OptionalLong counter(String name) {
    Long value = counters.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /**
   * The counters that serve as evidence, without the hundreds of others.
   *
   * @return a reading small enough to be kept
   */
  public HostReading evidence() {
    Map<String, Long> some = new HashMap<>();
    EVIDENCE.forEach(name -> counter(name).ifPresent(value -> some.put(name, value)));
    return new HostReading(takenAtNanos, some, timeWait);
  }

  /**
   * How much the counters that serve as evidence rose.
   *
   * @param earlier a reading taken before this one
   * @return the rise; empty where either reading lacks a counter
   */
  public CounterDelta since(HostReading earlier) {
    return new CounterDelta(
        rise(earlier, OUT_RESETS),
        rise(earlier, REVERSE_PATH_FILTER),
        rise(earlier, TIME_WAIT_OVERFLOW),
        rise(earlier, SYN_RETRANSMISSIONS));
  }

  private OptionalLong rise(HostReading earlier, String name) {
    OptionalLong now = counter(name);
    OptionalLong before = earlier.counter(name);
    return now.isPresent() && before.isPresent()
        ? OptionalLong.of(now.getAsLong() - before.getAsLong())
        : OptionalLong.empty();
  }
}
