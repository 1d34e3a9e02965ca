package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The limits of a path, cut at the first hop that terminates TCP (rule R0). */
final class PathLimits {

  private final List<Limit> all = new ArrayList<>();
  private final List<Limit> bySegment = new ArrayList<>();
  private final List<Limit> unacknowledged = new ArrayList<>();
  private Optional<String> terminator = Optional.empty();

  PathLimits(NetworkPath path) {
    path.hops().forEach(this::add);
    serverIdle(path.server()).ifPresent(all::add);
  }

  private void add(Hop hop) {
    boolean onOurConnection = terminator.isEmpty();
    boolean anySegment = hop.clock() == IdleClock.ANY_SEGMENT;
    // R0, safe reading: a terminating hop hears our keepalive, so it bounds the period, but its
    // connection towards the server does not hear it, so the hop is not counted as kept.
    boolean kept = anySegment && onOurConnection && !hop.terminates();
    Limit limit = new Limit(hop.name(), hop.idleLimit(), hop.clock(), kept, hop.source());
    all.add(limit);
    if (onOurConnection) {
      if (anySegment) {
        bySegment.add(limit);
      }
      hop.unacknowledgedLimit()
          .map(u -> new Limit(hop.name(), u, hop.clock(), false, hop.source()))
          .ifPresent(unacknowledged::add);
      if (hop.terminates()) {
        terminator = Optional.of(hop.name());
      }
    }
  }

  /** W1: the smallest of what the server is configured to, announces, and was seen to do. */
  private static Optional<Limit> serverIdle(ServerLimits server) {
    return Stream.of(
            named(server, server.idleTimeout(), server.source()),
            named(server, server.advertisedTimeout(), "advertised by the server"),
            named(server, server.observedClose(), "observed age at close"))
        .flatMap(Optional::stream)
        .min(Limit.TIGHTEST);
  }

  private static Optional<Limit> named(
      ServerLimits server, Optional<Duration> idle, String source) {
    return idle.map(t -> new Limit(server.name(), t, server.idleClock(), false, source));
  }

  /** Every idle limit, hops first, then the server. */
  List<Limit> all() {
    return all;
  }

  /** The first hop that terminates TCP. */
  Optional<String> terminator() {
    return terminator;
  }

  /** The tightest idle limit that segments from this host reset. */
  Optional<Limit> tightestBySegment() {
    return bySegment.stream().min(Limit.TIGHTEST);
  }

  /** The tightest unacknowledged limit that this host's own segments meet. */
  Optional<Limit> tightestUnacknowledged() {
    return unacknowledged.stream().min(Limit.TIGHTEST);
  }

  /** R1: the limits that go on ageing, given whether TCP keepalive is in force. */
  List<Limit> ageing(boolean keepAlive) {
    return all.stream().filter(limit -> !(keepAlive && limit.keptByKeepAlive())).toList();
  }
}
