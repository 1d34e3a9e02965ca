package dev.holdfast.internal.diagnosis;

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
 * @param returnedShare the part of the closes that a caller asked for and that were turned into the
 *     return of a lent connection: they count, but nothing was on the wire
 * @param medianAgeAtClose how old the connections became
 * @param closers the places in the program that close, most often first
 * @param timeWait the host's TIME_WAIT sockets against their limit, if known
 * @param counters the host's counters
 * @param plan what the user declared about the path
 */
public record ChurnSigns(
    double createdPerSecond,
    double closedPerSecond,
    double localShare,
    double returnedShare,
    Duration medianAgeAtClose,
    List<String> closers,
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

  /**
   * Copies the list.
   *
   * @param createdPerSecond connections opened
   * @param closedPerSecond connections closed
   * @param localShare the part of the closes that this side began
   * @param returnedShare the part that were turned into a return
   * @param medianAgeAtClose how old the connections became
   * @param closers the places that close
   * @param timeWait the host's TIME_WAIT sockets against their limit
   * @param counters the host's counters
   * @param plan what the user declared about the path
   */
  public ChurnSigns {
    closers = List.copyOf(closers);
  }

  /** Closes that this side began and that reached the wire. */
  double wireClosesPerSecond() {
    return closedPerSecond * Math.max(0, localShare - returnedShare);
  }

  @Override
  public List<String> evidence() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s opened, %s closed"
            .formatted(Figures.rate(createdPerSecond), Figures.rate(closedPerSecond)));
    lines.add("%d %% of the closes began here".formatted(Math.round(100 * localShare)));
    if (returnedShare > 0) {
      lines.add(
          "%d %% of the closes were turned into the return of a lent connection"
              .formatted(Math.round(100 * returnedShare)));
    }
    lines.add("median age at close " + Figures.text(medianAgeAtClose));
    closers.forEach(closer -> lines.add("closed at " + closer));
    timeWait.ifPresent(
        table ->
            lines.add("%d of %d TIME_WAIT (whole host)".formatted(table.sockets(), table.limit())));
    lines.addAll(counters.evidence());
    return List.copyOf(lines);
  }
}
