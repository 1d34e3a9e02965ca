package dev.holdfast.internal.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much the host's TCP counters rose between two readings. They are shared by every socket of
 * the network namespace: with other traffic they support an explanation and never decide one.
 *
 * @param outResets {@code Tcp: OutRsts}
 * @param reversePathFilter {@code TcpExt: IPReversePathFilter}, dropped by this host's {@code
 *     rp_filter}
 * @param timeWaitOverflow {@code TcpExt: TCPTimeWaitOverflow}, closes past {@code
 *     tcp_max_tw_buckets}
 * @param synRetransmissions {@code TcpExt: TCPSynRetrans}
 */
public record CounterDelta(
    OptionalLong outResets,
    OptionalLong reversePathFilter,
    OptionalLong timeWaitOverflow,
    OptionalLong synRetransmissions) {

  /** Counters of which nothing is known. */
  public static final CounterDelta NONE =
      new CounterDelta(
          OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  static Answer rose(OptionalLong counter) {
    return counter.isPresent() ? Answer.of(counter.getAsLong() > 0) : Answer.UNKNOWN;
  }

  List<String> evidence() {
    List<String> lines = new ArrayList<>();
    add(lines, "OutRsts", outResets);
    add(lines, "IPReversePathFilter", reversePathFilter);
    add(lines, "TCPTimeWaitOverflow", timeWaitOverflow);
    add(lines, "TCPSynRetrans", synRetransmissions);
    return lines;
  }

  private static void add(List<String> lines, String name, OptionalLong counter) {
    if (counter.isPresent() && counter.getAsLong() > 0) {
      lines.add("%s +%d (whole host)".formatted(name, counter.getAsLong()));
    }
  }
}
