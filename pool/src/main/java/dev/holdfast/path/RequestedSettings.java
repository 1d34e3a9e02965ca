package dev.holdfast.path;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user wants to fix himself instead of having it derived. Immutable; every method that takes
 * a value returns a new object.
 *
 * <p>A legal value is used as it is; an illegal one is refused with a {@link
 * PathConflictException}. None is ever rewritten.
 */
public final class RequestedSettings {

  private enum Time {
    KEEPALIVE_IDLE,
    KEEPALIVE_INTERVAL,
    USER_TIMEOUT,
    MAX_IDLE,
    MAX_LIFETIME,
    REBALANCE_TARGET,
    PING_PERIOD,
    CHECK_PERIOD,
    COMMAND_TIMEOUT
  }

  private record Switches(
      boolean keepAlive, boolean keepAliveOptions, boolean ping, boolean reuse) {
    Switches withKeepAlive(boolean on) {
      return new Switches(on, keepAliveOptions, ping, reuse);
    }

    Switches withPing(boolean on) {
      return new Switches(keepAlive, keepAliveOptions, on, reuse);
    }
  }

  /** The size of the pool and what it may open. */
  private record Load(int poolSize, double retryRate, PortBudget budget) {}

  private static final String OMIT = "leave it out to have it derived";
  private static final RequestedSettings NONE =
      new RequestedSettings(
          Map.of(),
          OptionalInt.empty(),
          Optional.empty(),
          new Switches(true, true, true, true),
          new Load(0, 0, PortBudget.LINUX_CLIENT));

  private final Map<Time, Duration> times;
  private final OptionalInt keepAliveCount;
  private final Optional<KeepAlive> osKeepAlive;
  private final Switches switches;
  private final Load load;

  private RequestedSettings(
      Map<Time, Duration> times,
      OptionalInt keepAliveCount,
      Optional<KeepAlive> osKeepAlive,
      Switches switches,
      Load load) {
    this.times = Map.copyOf(times);
    this.keepAliveCount = keepAliveCount;
    this.osKeepAlive = osKeepAlive;
    this.switches = switches;
    this.load = load;
  }

  /**
   * No wishes: everything is derived.
   *
   * @return the empty settings
   */
  public static RequestedSettings none() {
    return NONE;
  }

  /**
   * Fixes {@code TCP_KEEPIDLE}.
   *
   * @param idle whole seconds, 1 to 32767
   * @return new settings
   * @throws IllegalArgumentException if the kernel would not take the value
   */
  public RequestedSettings keepAliveIdle(Duration idle) {
    KeepAlive.period("keepAliveIdle", idle);
    return with(Time.KEEPALIVE_IDLE, idle).with(switches.withKeepAlive(true));
  }

  /**
   * Fixes {@code TCP_KEEPINTVL}.
   *
   * @param interval whole seconds, 1 to 32767
   * @return new settings
   * @throws IllegalArgumentException if the kernel would not take the value
   */
  public RequestedSettings keepAliveInterval(Duration interval) {
    KeepAlive.period("keepAliveInterval", interval);
    return with(Time.KEEPALIVE_INTERVAL, interval).with(switches.withKeepAlive(true));
  }

  /**
   * Fixes {@code TCP_KEEPCNT}.
   *
   * @param count 1 to 127
   * @return new settings
   * @throws IllegalArgumentException if the kernel would not take the value
   */
  public RequestedSettings keepAliveCount(int count) {
    return new RequestedSettings(
        times,
        OptionalInt.of(KeepAlive.count(count)),
        osKeepAlive,
        switches.withKeepAlive(true),
        load);
  }

  /**
   * No TCP keepalive at all; forgets the three keepalive values.
   *
   * @return new settings
   */
  public RequestedSettings withoutKeepAlive() {
    return without(Time.KEEPALIVE_IDLE)
        .without(Time.KEEPALIVE_INTERVAL)
        .withoutKeepAliveCount()
        .with(switches.withKeepAlive(false));
  }

  /**
   * Says whether the socket takes keepalive options of its own ({@code TCP_KEEPIDLE} in {@code
   * jdk.net.ExtendedSocketOptions}, or native epoll). The default is true.
   *
   * @param supported false where only {@code SO_KEEPALIVE} exists and the operating system's
   *     periods apply
   * @return new settings
   */
  public RequestedSettings keepAliveSupported(boolean supported) {
    return with(new Switches(switches.keepAlive, supported, switches.ping, switches.reuse));
  }

  /**
   * Says which periods the operating system uses where a socket takes none of its own.
   *
   * @param values the operating system's values; Linux ships 7200 s, 75 s and 9
   * @return new settings
   */
  public RequestedSettings osKeepAlive(KeepAlive values) {
    return new RequestedSettings(
        times, keepAliveCount, Optional.of(Checks.notNull("osKeepAlive", values)), switches, load);
  }

  /**
   * Fixes {@code TCP_USER_TIMEOUT}.
   *
   * @param timeout the timeout; zero leaves the socket option unset, which means about 924 s
   * @return new settings
   * @throws IllegalArgumentException if the timeout is negative
   */
  public RequestedSettings userTimeout(Duration timeout) {
    if (!Checks.notNull("userTimeout", timeout).isZero()) {
      Checks.positive("userTimeout", timeout, OMIT);
    }
    return with(Time.USER_TIMEOUT, timeout);
  }

  /**
   * Fixes the age since the last payload byte, pings included, up to which a connection is reused.
   *
   * @param age the age
   * @return new settings
   * @throws IllegalArgumentException if the age is not above zero
   */
  public RequestedSettings maxIdle(Duration age) {
    return with(Time.MAX_IDLE, Checks.positive("maxIdle", age, OMIT));
  }

  /**
   * Fixes how long a connection lives, however busy it is.
   *
   * @param lifetime the longest life; jitter only shortens it
   * @return new settings
   * @throws IllegalArgumentException if the lifetime is not above zero
   */
  public RequestedSettings maxLifetime(Duration lifetime) {
    return with(Time.MAX_LIFETIME, Checks.positive("maxLifetime", lifetime, OMIT));
  }

  /**
   * Sets how long it may take until load has spread over servers that joined.
   *
   * @param target the time; bounds the lifetime
   * @return new settings
   * @throws IllegalArgumentException if the target is not above zero
   */
  public RequestedSettings rebalanceTarget(Duration target) {
    return with(Time.REBALANCE_TARGET, Checks.positive("rebalanceTarget", target, OMIT));
  }

  /**
   * Fixes the period of application pings on an idle connection.
   *
   * @param period the period
   * @return new settings
   * @throws IllegalArgumentException if the period is not above zero
   */
  public RequestedSettings pingPeriod(Duration period) {
    return with(Time.PING_PERIOD, Checks.positive("pingPeriod", period, OMIT))
        .with(switches.withPing(true));
  }

  /**
   * No application ping, as for HTTP/1.1, which has none; forgets the ping period.
   *
   * @return new settings
   */
  public RequestedSettings withoutPing() {
    return without(Time.PING_PERIOD).with(switches.withPing(false));
  }

  /**
   * Says how often a sweep looks for connections to ping or to retire; an action comes late by up
   * to this much.
   *
   * @param period the period
   * @return new settings
   * @throws IllegalArgumentException if the period is not above zero
   */
  public RequestedSettings checkPeriod(Duration period) {
    return with(Time.CHECK_PERIOD, Checks.positive("checkPeriod", period, OMIT));
  }

  /**
   * Says how long a call may take. It is also taken as the longest request that a connection may
   * carry when it is to be retired (R6).
   *
   * @param timeout the timeout
   * @return new settings
   * @throws IllegalArgumentException if the timeout is not above zero
   */
  public RequestedSettings commandTimeout(Duration timeout) {
    return with(Time.COMMAND_TIMEOUT, Checks.positive("commandTimeout", timeout, OMIT));
  }

  /**
   * One connection per request: nothing is kept idle, so idle limits cannot hurt.
   *
   * @return new settings
   */
  public RequestedSettings withoutReuse() {
    return with(new Switches(switches.keepAlive, switches.keepAliveOptions, switches.ping, false));
  }

  /**
   * Says how many connections are held to one destination.
   *
   * @param connections the number, at least 1
   * @return new settings
   * @throws IllegalArgumentException if the number is below 1
   */
  public RequestedSettings poolSize(int connections) {
    if (connections < 1) {
      throw Checks.refused(
          "poolSize",
          Integer.toString(connections),
          "at least 1",
          "a pool holds connections",
          OMIT);
    }
    return with(new Load(connections, load.retryRate, load.budget));
  }

  /**
   * Says how many connections a second are opened for other reasons than their age.
   *
   * @param perSecond the rate, at least 0 and finite
   * @return new settings
   * @throws IllegalArgumentException if the rate is negative or not finite
   */
  public RequestedSettings retryRate(double perSecond) {
    if (!(perSecond >= 0 && perSecond < Double.POSITIVE_INFINITY)) {
      throw Checks.refused(
          "retryRate", Double.toString(perSecond), "0 or more, finite", "rule R8", OMIT);
    }
    return with(new Load(load.poolSize, perSecond, load.budget));
  }

  /**
   * Says how many ports there are and how long each is held; {@link PortBudget#LINUX_CLIENT} unless
   * said otherwise.
   *
   * @param budget the budget towards one destination
   * @return new settings
   */
  public RequestedSettings portBudget(PortBudget budget) {
    return with(new Load(load.poolSize, load.retryRate, Checks.notNull("portBudget", budget)));
  }

  Optional<Duration> keepAliveIdle() {
    return time(Time.KEEPALIVE_IDLE);
  }

  Optional<Duration> keepAliveInterval() {
    return time(Time.KEEPALIVE_INTERVAL);
  }

  OptionalInt keepAliveCount() {
    return keepAliveCount;
  }

  boolean asksForKeepAlive() {
    return keepAliveIdle().isPresent()
        || keepAliveInterval().isPresent()
        || keepAliveCount.isPresent();
  }

  boolean keepAliveOn() {
    return switches.keepAlive;
  }

  boolean keepAliveSupported() {
    return switches.keepAliveOptions;
  }

  Optional<KeepAlive> osKeepAlive() {
    return osKeepAlive;
  }

  Optional<Duration> userTimeout() {
    return time(Time.USER_TIMEOUT);
  }

  Optional<Duration> maxIdle() {
    return time(Time.MAX_IDLE);
  }

  Optional<Duration> maxLifetime() {
    return time(Time.MAX_LIFETIME);
  }

  Optional<Duration> rebalanceTarget() {
    return time(Time.REBALANCE_TARGET);
  }

  Optional<Duration> pingPeriod() {
    return time(Time.PING_PERIOD);
  }

  boolean pingOn() {
    return switches.ping;
  }

  Optional<Duration> checkPeriod() {
    return time(Time.CHECK_PERIOD);
  }

  Optional<Duration> commandTimeout() {
    return time(Time.COMMAND_TIMEOUT);
  }

  boolean reuse() {
    return switches.reuse;
  }

  int poolSize() {
    return load.poolSize;
  }

  double retryRate() {
    return load.retryRate;
  }

  PortBudget portBudget() {
    return load.budget;
  }

  private Optional<Duration> time(Time key) {
    return Optional.ofNullable(times.get(key));
  }

  private RequestedSettings with(Time key, Duration value) {
    Map<Time, Duration> changed = new EnumMap<>(Time.class);
    changed.putAll(times);
    changed.put(key, value);
    return new RequestedSettings(changed, keepAliveCount, osKeepAlive, switches, load);
  }

  private RequestedSettings without(Time key) {
    Map<Time, Duration> changed = new EnumMap<>(Time.class);
    changed.putAll(times);
    changed.remove(key);
    return new RequestedSettings(changed, keepAliveCount, osKeepAlive, switches, load);
  }

  private RequestedSettings withoutKeepAliveCount() {
    return new RequestedSettings(times, OptionalInt.empty(), osKeepAlive, switches, load);
  }

  private RequestedSettings with(Switches changed) {
    return new RequestedSettings(times, keepAliveCount, osKeepAlive, changed, load);
  }

  private RequestedSettings with(Load changed) {
    return new RequestedSettings(times, keepAliveCount, osKeepAlive, switches, changed);
  }
}
