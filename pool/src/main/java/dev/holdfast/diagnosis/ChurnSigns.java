package dev.holdfast.diagnosis;

import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How fast one process opens and closes connections to an endpoint. Immutable.
 *
 * @param createdPerSecond connections opened
 * @param closedPerSecond connections closed
 * @param localShare the part of the closes that this side began, 0 to 1
 * @param medianAgeAtClose how old the connections became
 * @param timeWait the host's TIME_WAIT sockets against their limit, if known
 * @param counters the host's counters
 * @param plan what the user declared about the path
 */
public record ChurnSigns(
    double createdPerSecond,
    double closedPerSecond,
    double localShare,
    Duration medianAgeAtClose,
    Optional<TimeWait> timeWait,
    CounterDelta counters,
    Optional<ConnectionPlan> plan)
    implements Signs {

  /**
   * The host's TIME_WAIT table.
   *
   * @param sockets {@code tw} of {@code /proc/net/sockstat}
   * @param limit {@code net.ipv4.tcp_max_tw_buckets}
   */
  public record TimeWait(long sockets, long limit) {

    /** Above this share of the limit the table overflows now and then between two readings. */
    private static final double FULL = 0.95;

    boolean full() {
      return sockets >= FULL * limit;
    }
  }

  @Override
  public List<String> evidence() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s opened, %s closed"
            .formatted(Figures.rate(createdPerSecond), Figures.rate(closedPerSecond)));
    lines.add("%d %% of the closes began here".formatted(Math.round(100 * localShare)));
    lines.add("median age at close " + Figures.text(medianAgeAtClose));
    timeWait.ifPresent(
        table ->
            lines.add("%d of %d TIME_WAIT (whole host)".formatted(table.sockets(), table.limit())));
    lines.addAll(counters.evidence());
    return List.copyOf(lines);
  }
}
