package dev.holdfast.path;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a user declares: the server's limits and the ordered hops to it. Immutable; every method
 * that takes a value returns a new path.
 */
public final class NetworkPath {

  private static final Duration DEFAULT_RTT = Duration.ofMillis(200);
  private static final Duration DEFAULT_SLOP = Duration.ofSeconds(1);
  private static final int DEFAULT_LOST_PROBES = 2;
  private static final int MOST_LOST_PROBES = 20;

  private final ServerLimits server;
  private final List<Hop> hops;
  private final Duration rtt;
  private final Duration schedulingSlop;
  private final int lostProbes;

  private NetworkPath(
      ServerLimits server, List<Hop> hops, Duration rtt, Duration schedulingSlop, int lostProbes) {
    this.server = Objects.requireNonNull(server, "server");
    this.hops = hops;
    this.rtt = rtt;
    this.schedulingSlop = schedulingSlop;
    this.lostProbes = lostProbes;
  }

  /**
   * A path that leads straight to a server.
   *
   * @param server the server's limits
   * @return the path, without hops
   */
  public static NetworkPath to(ServerLimits server) {
    return new NetworkPath(server, List.of(), DEFAULT_RTT, DEFAULT_SLOP, DEFAULT_LOST_PROBES);
  }

  /**
   * Reads a path as it is written in configuration files: hops and, last, the server, with arrows
   * between them. Each is a preset's name or one of your own, with what differs behind a colon:
   * {@code k8s-ipvs -> aws-nlb:idle=400s -> redis:timeout=5m}.
   *
   * @param text the path
   * @return the path
   * @throws IllegalArgumentException if a word is not understood, which it names
   */
  public static NetworkPath parse(String text) {
    return PathWords.path(Objects.requireNonNull(text, "text"));
  }

  /**
   * The path of who does not know his path: through {@link HopPreset#GENERIC_UNKNOWN}, whose limits
   * are below those of nearly every middlebox. What connections show is learned beside it.
   *
   * @param server the server's limits
   * @return the path
   */
  public static NetworkPath unknown(ServerLimits server) {
    return to(server).through(HopPreset.GENERIC_UNKNOWN.hop());
  }

  /**
   * Adds a hop behind those declared so far: the client's side comes first.
   *
   * @param hop the next hop towards the server
   * @return a new path
   */
  public NetworkPath through(Hop hop) {
    Checks.notNull("hop", hop);
    List<Hop> longer = Stream.concat(hops.stream(), Stream.of(hop)).toList();
    return new NetworkPath(server, longer, rtt, schedulingSlop, lostProbes);
  }

  /**
   * Sets the round trip, TLS and queueing included, that 99.9 % of all round trips stay below. The
   * default is 200 ms.
   *
   * @param p999 the round trip
   * @return a new path
   * @throws IllegalArgumentException if it is not above zero
   */
  public NetworkPath rtt(Duration p999) {
    Checks.positive("rtt", p999, "use the p99.9 round trip; the default is 200 ms");
    return new NetworkPath(server, hops, p999, schedulingSlop, lostProbes);
  }

  /**
   * Sets how late a timer of this process may run (garbage collection, scheduling). The default is
   * 1 s.
   *
   * @param slop the delay
   * @return a new path
   * @throws IllegalArgumentException if it is not above zero
   */
  public NetworkPath schedulingSlop(Duration slop) {
    Checks.positive("schedulingSlop", slop, "use the longest pause seen; the default is 1 s");
    return new NetworkPath(server, hops, rtt, slop, lostProbes);
  }

  /**
   * Sets how many probes in a row may be lost without losing the connection. The default is 2.
   *
   * @param probes 0 to 20
   * @return a new path
   * @throws IllegalArgumentException if it is out of range
   */
  public NetworkPath lostProbes(int probes) {
    if (probes < 0 || probes > MOST_LOST_PROBES) {
      throw Checks.refused(
          "lostProbes", Integer.toString(probes), "0 to 20", "rule R3", "use 2, the default");
    }
    return new NetworkPath(server, hops, rtt, schedulingSlop, probes);
  }

  /**
   * Derives everything.
   *
   * @return the plan
   * @throws PathConflictException if the path contradicts itself: a limit too short for any reuse
   *     (E7) or a server whose max age leaves no lifetime (E8)
   */
  public ConnectionPlan plan() {
    return plan(RequestedSettings.none());
  }

  /**
   * Takes over what the user fixed and derives the rest.
   *
   * @param settings what the user fixed
   * @return the plan
   * @throws PathConflictException listing every contradiction at once
   */
  public ConnectionPlan plan(RequestedSettings settings) {
    Rules rules = new Rules(this, Checks.notNull("settings", settings));
    List<PathConflict> conflicts = rules.conflicts();
    if (!conflicts.isEmpty()) {
      throw new PathConflictException(toString(), conflicts);
    }
    return new ConnectionPlan(rules);
  }

  /**
   * The server at the end.
   *
   * @return its limits
   */
  public ServerLimits server() {
    return server;
  }

  /**
   * The hops, client side first.
   *
   * @return an immutable list
   */
  public List<Hop> hops() {
    return hops;
  }

  /**
   * Whether a new connection may reach another server than the last one did.
   *
   * @return true if a hop {@linkplain Hop#balances() balances}
   */
  public boolean balanced() {
    return hops.stream().anyMatch(Hop::balances);
  }

  /**
   * The p99.9 round trip.
   *
   * @return above zero
   */
  public Duration rtt() {
    return rtt;
  }

  /**
   * How late a timer of this process may run.
   *
   * @return above zero
   */
  public Duration schedulingSlop() {
    return schedulingSlop;
  }

  /**
   * The idle age up to which a connection may be reused under a limit: {@code T - max(0.10 T, RTT +
   * slop)} (R2).
   *
   * @param limit an idle limit, declared or seen
   * @return the age; zero where the margin eats the limit
   */
  public Duration safeAge(Duration limit) {
    Duration age = margin().age(Checks.notNull("limit", limit));
    return Margin.positive(age) ? age : Duration.ZERO;
  }

  /**
   * The longest period of pings or keepalives that keeps a limit away although probes are lost:
   * whole seconds below {@code (T - RTT - slop) / (lost probes + 1)} (R3, R4).
   *
   * @param limit an idle limit, declared or seen
   * @return the period; zero where there is none
   */
  public Duration safePeriod(Duration limit) {
    return margin().period(Checks.notNull("limit", limit));
  }

  Margin margin() {
    return new Margin(rtt, schedulingSlop, lostProbes);
  }

  /**
   * How many probes in a row may be lost.
   *
   * @return 0 to 20
   */
  public int lostProbes() {
    return lostProbes;
  }

  @Override
  public String toString() {
    return Stream.concat(
            Stream.concat(Stream.of("client"), hops.stream().map(Hop::name)),
            Stream.of(server.name()))
        .collect(Collectors.joining(" -> "));
  }
}
