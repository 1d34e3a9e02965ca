package dev.holdfast.path;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What follows from a path: every period, age and timeout for its connections. Immutable and safe
 * for use by several threads. {@link #explain()} says which hop or rule set each number.
 */
public final class ConnectionPlan {

  private final Inputs in;
  private final Optional<Duration> maxIdleAge;
  private final Optional<KeepAlive> keepAlive;
  private final Optional<Duration> pingPeriod;
  private final Duration pingTimeout;
  private final Duration userTimeout;
  private final Duration maxLifetime;
  private final List<PathWarning> warnings;
  private final Map<PlanNumber, Origin> origins;
  private final long maxSinceSegment;
  private final long maxSincePayload;
  private final long maxSinceRequest;
  private final long warnSinceSegment;
  private final long warnSincePayload;
  private final long warnSinceRequest;

  ConnectionPlan(Rules rules) {
    in = rules.in;
    maxIdleAge = rules.idle.value();
    keepAlive = rules.keepAlive.value();
    pingPeriod = rules.ping.value();
    pingTimeout = rules.ping.timeout();
    userTimeout = rules.userTimeout.value();
    maxLifetime = rules.lifetime.value();
    warnings = rules.warnings();
    origins = Map.copyOf(origins(rules));
    maxSinceSegment = rules.idle.maxSinceSegment();
    maxSincePayload = rules.idle.maxSincePayload();
    maxSinceRequest = rules.idle.maxSinceRequest();
    warnSinceSegment = warn(maxSinceSegment);
    warnSincePayload = warn(maxSincePayload);
    warnSinceRequest = warn(maxSinceRequest);
  }

  private static long warn(long max) {
    return max == IdleRule.NEVER ? max : IdleRule.warnAge(Duration.ofNanos(max)).toNanos();
  }

  private static Map<PlanNumber, Origin> origins(Rules rules) {
    Map<PlanNumber, Origin> origins = new EnumMap<>(PlanNumber.class);
    Origin idle = rules.idle.origin();
    origins.put(PlanNumber.MAX_IDLE_AGE, idle);
    origins.put(PlanNumber.WARN_AGE, new Origin("R7", idle.setBy(), "0.8 of the max idle age"));
    origins.put(PlanNumber.KEEPALIVE, rules.keepAlive.origin());
    origins.put(PlanNumber.PING_PERIOD, rules.ping.origin());
    origins.put(PlanNumber.PING_TIMEOUT, rules.ping.timeoutOrigin());
    origins.put(PlanNumber.USER_TIMEOUT, rules.userTimeout.origin());
    origins.put(PlanNumber.MAX_LIFETIME, rules.lifetime.origin());
    ServerLimits server = rules.in.path().server();
    origins.put(
        PlanNumber.MAX_REQUESTS,
        server.maxRequests().isPresent()
            ? new Origin("R6", server.name(), "retired before the server's limit")
            : new Origin("R6", server.name(), "the server sets no limit"));
    origins.put(PlanNumber.PORT_BUDGET, rules.ports.origin());
    return origins;
  }

  /**
   * The idle age up to which a connection may be reused without a probe (R2): the whole-path
   * minimum, whether or not keepalive holds the hop that sets it. To judge a connection use {@link
   * #zone(long, long)}, which knows what keepalive holds.
   *
   * @return the age; empty when nothing on the path limits it, zero when connections are not reused
   */
  public Optional<Duration> maxIdleAge() {
    return maxIdleAge;
  }

  /**
   * Where the warning zone begins: 0.8 of {@link #maxIdleAge()} (R7).
   *
   * @return the age; empty when nothing on the path limits it
   */
  public Optional<Duration> warnAge() {
    return maxIdleAge.map(IdleRule::warnAge);
  }

  /**
   * The keepalive options to set on the socket (R3).
   *
   * @return the options; empty when no hop counts segments, or the period would be under 10 s
   */
  public Optional<KeepAlive> keepAlive() {
    return keepAlive;
  }

  /**
   * How often an idle connection is to be pinged by the application (R4).
   *
   * @return the period; empty when keepalive holds every limit, or the period would be under 10 s
   */
  public Optional<Duration> pingPeriod() {
    return pingPeriod;
  }

  /**
   * The ping period of one connection, shortened by up to a tenth so that pings spread (R3).
   *
   * @param u a random number, at least 0 and below 1
   * @return the period, empty as {@link #pingPeriod()}
   * @throws IllegalArgumentException if {@code u} is out of range
   */
  public Optional<Duration> pingPeriod(double u) {
    double shorter = 1 - LifetimeRule.JITTER * Checks.fraction(u);
    return pingPeriod.map(period -> Duration.ofNanos((long) (period.toNanos() * shorter)));
  }

  /**
   * Whether an idle connection may be pinged, should a limit ask for it.
   *
   * @return false after {@link RequestedSettings#withoutPing()} or {@link
   *     RequestedSettings#withoutReuse()}
   */
  public boolean pingAllowed() {
    return in.asked().reuse() && in.asked().pingOn();
  }

  /**
   * How long to wait for the answer to a probe: {@code min(1 s, 5 * RTT)} (R7).
   *
   * @return the timeout
   */
  public Duration pingTimeout() {
    return pingTimeout;
  }

  /**
   * The {@code TCP_USER_TIMEOUT} to set on the socket (R5): 30 s unless something asks otherwise.
   *
   * @return the timeout; zero leaves the option unset, on request only
   */
  public Duration userTimeout() {
    return userTimeout;
  }

  /**
   * How long a connection lives, however busy it is (R6): 30 min unless something asks otherwise.
   *
   * @return the longest life, before jitter
   */
  public Duration maxLifetime() {
    return maxLifetime;
  }

  /**
   * The share by which {@link #lifetime(double)} and {@link #requests(double)} may be shortened.
   *
   * @return 0.10 (R6: less is too thin for more than 100 connections)
   */
  public double jitter() {
    return LifetimeRule.JITTER;
  }

  /**
   * The life of one connection: {@code maxLifetime * (1 - 0.10 u)}, not shortened below 30 s (R6).
   *
   * @param u a random number, at least 0 and below 1
   * @return the life, at most {@link #maxLifetime()}
   * @throws IllegalArgumentException if {@code u} is out of range
   */
  public Duration lifetime(double u) {
    return LifetimeRule.jittered(maxLifetime, u);
  }

  /**
   * The number of requests after which one connection is to be retired: {@code N - 1 - floor(0.10 N
   * u)} for a server that closes after N (R6).
   *
   * @param u a random number, at least 0 and below 1
   * @return the number, at least 1; empty when the server has no such limit
   * @throws IllegalArgumentException if {@code u} is out of range
   */
  public OptionalLong requests(double u) {
    Checks.fraction(u);
    OptionalLong most = in.path().server().maxRequests();
    return most.isPresent()
        ? OptionalLong.of(LifetimeRule.jittered(most.getAsLong(), u))
        : OptionalLong.empty();
  }

  /**
   * The source ports towards this destination, and the connections a second they allow (R8).
   *
   * @return the budget
   */
  public PortBudget portBudget() {
    return in.asked().portBudget();
  }

  /**
   * Whether a connection may carry more than one request.
   *
   * @return false after {@link RequestedSettings#withoutReuse()}
   */
  public boolean reusable() {
    return in.asked().reuse();
  }

  /**
   * Whether a hop terminates TCP, so that an ACK proves nothing about the server (R0).
   *
   * @return true behind a full proxy
   */
  public boolean terminated() {
    return in.limits().terminator().isPresent();
  }

  /**
   * Whether some hop forgets a flow without telling the endpoints (R7). Then a probe that fails
   * condemns every connection that has been idle at least as long.
   *
   * @return true if a hop's expiry is {@link Expiry#SILENT}
   */
  public boolean silentExpiry() {
    return in.path().hops().stream().anyMatch(hop -> hop.expiry() == Expiry.SILENT);
  }

  /**
   * The p99.9 round trip that the plan was made for.
   *
   * @return the round trip
   */
  public Duration rtt() {
    return in.path().rtt();
  }

  /**
   * The path that the plan was made for.
   *
   * @return the path
   */
  public NetworkPath path() {
    return in.path();
  }

  /**
   * What a person should look at.
   *
   * @return the warnings, ordered by code
   */
  public List<PathWarning> warnings() {
    return warnings;
  }

  /**
   * Where a number comes from.
   *
   * @param number which number
   * @return its rule, who set it, and the arithmetic
   */
  public Origin origin(PlanNumber number) {
    Origin origin = origins.get(Checks.notNull("number", number));
    if (origin == null) {
      throw new IllegalStateException("no origin of " + number);
    }
    return origin;
  }

  /**
   * Judges a connection by the two clocks that a process can read itself (R1, R7). Hops held by the
   * planned keepalive do not age; the caller answers for having set it on the socket. Allocates
   * nothing and reads no clock.
   *
   * @param sincePayloadNanos nanoseconds since the last payload byte was sent or received
   * @param sinceRequestNanos nanoseconds since the last complete request was sent
   * @return the zone
   */
  public IdleZone zone(long sincePayloadNanos, long sinceRequestNanos) {
    if (sincePayloadNanos > maxSincePayload || sinceRequestNanos > maxSinceRequest) {
      return IdleZone.EXPIRED;
    }
    return sincePayloadNanos >= warnSincePayload || sinceRequestNanos >= warnSinceRequest
        ? IdleZone.WARN
        : IdleZone.FRESH;
  }

  /**
   * Judges a connection by all three clocks (R1, R7). In addition to {@link #zone(long, long)},
   * hops held by keepalive age by the last segment heard, which shows whether it is answered.
   *
   * @param ages the three ages
   * @return the zone
   */
  public IdleZone zone(IdleAges ages) {
    if (Checks.notNull("ages", ages).sinceAnySegment() > maxSinceSegment) {
      return IdleZone.EXPIRED;
    }
    IdleZone zone = zone(ages.sincePayload(), ages.sinceRequest());
    return zone == IdleZone.FRESH && ages.sinceAnySegment() >= warnSinceSegment
        ? IdleZone.WARN
        : zone;
  }

  /**
   * This plan as fixed settings. Planning the same path with them raises no conflict and gives the
   * same periods and timeouts; the idle age is fixed too, at most the lifetime, and then holds
   * whether or not keepalive does.
   *
   * @return the settings
   */
  public RequestedSettings toSettings() {
    RequestedSettings fixed = in.asked().userTimeout(userTimeout).maxLifetime(maxLifetime);
    if (in.asked().keepAliveSupported()) {
      RequestedSettings base = fixed;
      fixed =
          keepAlive
              .map(
                  k ->
                      base.keepAliveIdle(k.idle())
                          .keepAliveInterval(k.interval())
                          .keepAliveCount(k.count()))
              .orElseGet(base::withoutKeepAlive);
    }
    if (!reusable()) {
      return fixed;
    }
    RequestedSettings base = pingPeriod.map(fixed::pingPeriod).orElseGet(fixed::withoutPing);
    return maxIdleAge.map(age -> base.maxIdle(Margin.earlier(age, maxLifetime))).orElse(base);
  }

  /**
   * The plan for people: each number with the hop or rule that set it, then the warnings.
   *
   * @return several lines, without a line break at the end
   */
  public String explain() {
    return PlanText.of(this);
  }

  /**
   * The plan for a log: the path and the numbers in force on it.
   *
   * @return one line
   */
  public String inShort() {
    return PlanText.inShort(this);
  }

  @Override
  public String toString() {
    return explain();
  }
}
