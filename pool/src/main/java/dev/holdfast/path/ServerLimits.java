package dev.holdfast.path;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server does to idle and to old connections. Immutable.
 *
 * <p>A server without an idle timeout must be said so: {@link #withoutIdleTimeout(String)}.
 */
public final class ServerLimits {

  private enum Limit {
    IDLE("idle timeout"),
    ADVERTISED("advertised timeout"),
    OBSERVED("observed close age"),
    MAX_AGE("max age"),
    CREDENTIAL("credential lifetime"),
    GRANULARITY("granularity");

    private final String text;

    Limit(String text) {
      this.text = text;
    }
  }

  private final String name;
  private final IdleClock idleClock;
  private final Map<Limit, Duration> limits;
  private final OptionalLong maxRequests;
  private final String source;

  private ServerLimits(
      String name,
      IdleClock idleClock,
      Map<Limit, Duration> limits,
      OptionalLong maxRequests,
      String source) {
    this.name = name;
    this.idleClock = Objects.requireNonNull(idleClock, "idleClock");
    this.limits = Map.copyOf(limits);
    this.maxRequests = maxRequests;
    this.source = Objects.requireNonNull(source, "source");
  }

  /**
   * A server that closes idle connections. The clock is {@link IdleClock#REQUEST} unless said
   * otherwise: the strictest of the three.
   *
   * @param name what people call the server
   * @param timeout its idle timeout
   * @return the limits
   * @throws IllegalArgumentException if the name is blank or the timeout is not above zero
   */
  public static ServerLimits withIdleTimeout(String name, Duration timeout) {
    return withoutIdleTimeout(name).withIdleTimeout(timeout);
  }

  /**
   * A server that never closes a connection for being idle, as Redis with {@code timeout 0}.
   *
   * @param name what people call the server
   * @return the limits
   * @throws IllegalArgumentException if the name is blank
   */
  public static ServerLimits withoutIdleTimeout(String name) {
    return new ServerLimits(
        Checks.name("server name", name),
        IdleClock.REQUEST,
        Map.of(),
        OptionalLong.empty(),
        "declared by the user");
  }

  /**
   * The same server with a tuned idle timeout.
   *
   * @param timeout the idle timeout as configured
   * @return new limits
   * @throws IllegalArgumentException if the timeout is not above zero
   */
  public ServerLimits withIdleTimeout(Duration timeout) {
    return with(Limit.IDLE, timeout).withSource("declared for " + name);
  }

  /** The same server where nothing closes an idle connection. */
  ServerLimits withoutIdleTimeout() {
    Map<Limit, Duration> changed = new EnumMap<>(Limit.class);
    changed.putAll(limits);
    changed.remove(Limit.IDLE);
    return new ServerLimits(name, idleClock, changed, maxRequests, "declared for " + name);
  }

  /**
   * The same server with another idle clock.
   *
   * @param clock what resets the idle timer
   * @return new limits
   */
  public ServerLimits withIdleClock(IdleClock clock) {
    return new ServerLimits(name, clock, limits, maxRequests, source);
  }

  /**
   * The same server with the timeout it announces, as in {@code Keep-Alive: timeout=9}. It can
   * lower the idle timeout, never raise it (W1).
   *
   * @param timeout the announced timeout
   * @return new limits
   * @throws IllegalArgumentException if the timeout is not above zero
   */
  public ServerLimits withAdvertisedTimeout(Duration timeout) {
    return with(Limit.ADVERTISED, timeout);
  }

  /**
   * The same server with the lowest idle age at which it was seen to close. It can lower the idle
   * timeout, never raise it (W1).
   *
   * @param age the observed age
   * @return new limits
   * @throws IllegalArgumentException if the age is not above zero
   */
  public ServerLimits withObservedClose(Duration age) {
    return with(Limit.OBSERVED, age);
  }

  /**
   * The same server with an age past which it closes a connection however busy it is.
   *
   * @param age the maximum age
   * @return new limits
   * @throws IllegalArgumentException if the age is not above zero
   */
  public ServerLimits withMaxAge(Duration age) {
    return with(Limit.MAX_AGE, age);
  }

  /**
   * The same server with the life of the token or certificate that a connection is opened with.
   *
   * @param lifetime the lifetime of the credential
   * @return new limits
   * @throws IllegalArgumentException if the lifetime is not above zero
   */
  public ServerLimits withCredentialLifetime(Duration lifetime) {
    return with(Limit.CREDENTIAL, lifetime);
  }

  /**
   * The same server with the coarseness of its timer. Servers close late, by up to this much; it is
   * shown to people and never added to a safe age (R2).
   *
   * @param granularity the coarseness
   * @return new limits
   * @throws IllegalArgumentException if the granularity is not above zero
   */
  public ServerLimits withGranularity(Duration granularity) {
    return with(Limit.GRANULARITY, granularity);
  }

  /**
   * The same server with a number of requests after which it closes a connection.
   *
   * @param requests the number, at least 1
   * @return new limits
   * @throws IllegalArgumentException if the number is below 1
   */
  public ServerLimits withMaxRequests(long requests) {
    if (requests < 1) {
      throw Checks.refused(
          "max requests of " + name,
          Long.toString(requests),
          "at least 1",
          "a connection carries at least one request",
          "leave it out if the server has no such limit");
    }
    return new ServerLimits(name, idleClock, limits, OptionalLong.of(requests), source);
  }

  /**
   * The same server with another note on where its numbers come from.
   *
   * @param where a document, a setting, a measurement
   * @return new limits
   */
  public ServerLimits withSource(String where) {
    return new ServerLimits(name, idleClock, limits, maxRequests, where);
  }

  /**
   * What people call the server.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What resets the idle timer.
   *
   * @return the clock
   */
  public IdleClock idleClock() {
    return idleClock;
  }

  /**
   * The idle timeout as configured.
   *
   * @return the timeout, empty when the server has none
   */
  public Optional<Duration> idleTimeout() {
    return Optional.ofNullable(limits.get(Limit.IDLE));
  }

  /**
   * The timeout the server announces.
   *
   * @return the timeout, empty when none is announced
   */
  public Optional<Duration> advertisedTimeout() {
    return Optional.ofNullable(limits.get(Limit.ADVERTISED));
  }

  /**
   * The lowest idle age at which the server was seen to close.
   *
   * @return the age, empty when none was observed
   */
  public Optional<Duration> observedClose() {
    return Optional.ofNullable(limits.get(Limit.OBSERVED));
  }

  /**
   * The age past which the server closes a connection.
   *
   * @return the age, empty when the server has no such limit
   */
  public Optional<Duration> maxAge() {
    return Optional.ofNullable(limits.get(Limit.MAX_AGE));
  }

  /**
   * The life of the token or certificate that a connection is opened with.
   *
   * @return the lifetime, empty when nothing expires
   */
  public Optional<Duration> credentialLifetime() {
    return Optional.ofNullable(limits.get(Limit.CREDENTIAL));
  }

  /**
   * The coarseness of the server's idle timer.
   *
   * @return the coarseness, empty when unknown or none
   */
  public Optional<Duration> granularity() {
    return Optional.ofNullable(limits.get(Limit.GRANULARITY));
  }

  /**
   * The number of requests after which the server closes a connection.
   *
   * @return the number, empty when the server has no such limit
   */
  public OptionalLong maxRequests() {
    return maxRequests;
  }

  /**
   * Where the numbers come from.
   *
   * @return the source, for people
   */
  public String source() {
    return source;
  }

  private ServerLimits with(Limit limit, Duration value) {
    Map<Limit, Duration> changed = new EnumMap<>(Limit.class);
    changed.putAll(limits);
    changed.put(
        limit,
        Checks.positive(
            limit.text + " of " + name, value, "leave it out if the server has no such limit"));
    return new ServerLimits(name, idleClock, changed, maxRequests, source);
  }

  @Override
  public String toString() {
    return name + " (" + idleTimeout().map(Text::of).orElse("no idle timeout") + ")";
  }
}
