package dev.holdfast.path;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One box on the path that keeps state about a connection and forgets it after a while: a NAT, a
 * firewall, a load balancer, a proxy. Immutable.
 *
 * <p>A box that never forgets is no hop; leave it out of the path.
 */
public final class Hop {

  private final String name;
  private final Duration idleLimit;
  private final IdleClock clock;
  private final Expiry expiry;
  private final @Nullable Duration unacknowledgedLimit;
  private final boolean terminates;
  private final boolean balances;
  private final String source;
  private final @Nullable HopPreset preset;

  private Hop(Builder from, Duration idleLimit) {
    this.name = from.name;
    this.idleLimit = idleLimit;
    this.clock = from.clock;
    this.expiry = from.expiry;
    this.unacknowledgedLimit = from.unacknowledgedLimit;
    this.terminates = from.terminates;
    this.balances = from.balances;
    this.source = from.source;
    this.preset = from.preset;
  }

  /**
   * Starts a hop. What is not said later takes the safe reading: the clock is {@link
   * IdleClock#PAYLOAD}, expiry is {@link Expiry#SILENT}, TCP is not terminated, there is one server
   * behind it. The idle limit has no default.
   *
   * @param name what people call the box; appears in plans and conflicts
   * @return a builder
   * @throws IllegalArgumentException if the name is blank
   */
  public static Builder named(String name) {
    return new Builder(Checks.name("hop name", name));
  }

  /**
   * The same hop with a tuned idle limit.
   *
   * @param limit the idle limit as configured on the box
   * @return a new hop
   * @throws IllegalArgumentException if the limit is not above zero
   */
  public Hop withIdleLimit(Duration limit) {
    return toBuilder().idleLimit(limit).source("declared for " + name).build();
  }

  /**
   * The same hop with another unacknowledged limit.
   *
   * @param limit how long the box keeps a flow with unacknowledged data
   * @return a new hop
   * @throws IllegalArgumentException if the limit is not above zero
   */
  public Hop withUnacknowledgedLimit(Duration limit) {
    return toBuilder().unacknowledgedLimit(limit).build();
  }

  /**
   * The same hop with another expiry, for boxes where a reset on expiry can be switched on.
   *
   * @param newExpiry what the endpoints are told on expiry
   * @return a new hop
   */
  public Hop withExpiry(Expiry newExpiry) {
    return toBuilder().expiry(newExpiry).build();
  }

  /**
   * The same hop as one that hands each new connection to one of several servers.
   *
   * @return a new hop
   */
  public Hop withBalancer() {
    return toBuilder().balances(true).build();
  }

  /**
   * A builder that starts from this hop.
   *
   * @return a builder with every value of this hop
   */
  public Builder toBuilder() {
    Builder copy = new Builder(name);
    copy.idleLimit = idleLimit;
    copy.clock = clock;
    copy.expiry = expiry;
    copy.unacknowledgedLimit = unacknowledgedLimit;
    copy.terminates = terminates;
    copy.balances = balances;
    copy.source = source;
    copy.preset = preset;
    return copy;
  }

  /**
   * What people call the box.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * How long the box keeps an idle flow.
   *
   * @return the idle limit, above zero
   */
  public Duration idleLimit() {
    return idleLimit;
  }

  /**
   * What resets the box's idle timer.
   *
   * @return the clock
   */
  public IdleClock clock() {
    return clock;
  }

  /**
   * What the endpoints are told on expiry.
   *
   * @return the expiry
   */
  public Expiry expiry() {
    return expiry;
  }

  /**
   * How long the box keeps a flow with unacknowledged data; for Linux conntrack the smaller of
   * {@code unacknowledged} and {@code max_retrans}.
   *
   * @return the limit, empty when the box makes no difference
   */
  public Optional<Duration> unacknowledgedLimit() {
    return Optional.ofNullable(unacknowledgedLimit);
  }

  /**
   * Whether the box ends the client's TCP connection and opens its own towards the server.
   *
   * @return true for a full proxy
   */
  public boolean terminates() {
    return terminates;
  }

  /**
   * Whether the box hands each new connection to one of several servers, so that another connect
   * may reach another one.
   *
   * @return true for a load balancer
   */
  public boolean balances() {
    return balances;
  }

  /**
   * Where the numbers come from.
   *
   * @return the source, for people
   */
  public String source() {
    return source;
  }

  Optional<HopPreset> preset() {
    return Optional.ofNullable(preset);
  }

  @Override
  public String toString() {
    return name + " (" + Text.of(idleLimit) + ", " + clock + ", " + expiry + ")";
  }

  /** Collects the values of a {@link Hop}. Not safe for use by several threads. */
  public static final class Builder {

    private final String name;
    private @Nullable Duration idleLimit;
    private IdleClock clock = IdleClock.PAYLOAD;
    private Expiry expiry = Expiry.SILENT;
    private @Nullable Duration unacknowledgedLimit;
    private boolean terminates;
    private boolean balances;
    private String source = "declared by the user";
    private @Nullable HopPreset preset;

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Sets how long the box keeps an idle flow.
     *
     * @param limit the idle limit
     * @return this builder
     * @throws IllegalArgumentException if the limit is not above zero
     */
    public Builder idleLimit(Duration limit) {
      idleLimit = Checks.positive("idle limit of " + name, limit, "leave out a box without limit");
      return this;
    }

    /**
     * Sets what resets the idle timer.
     *
     * @param newClock the clock
     * @return this builder
     */
    public Builder clock(IdleClock newClock) {
      clock = Objects.requireNonNull(newClock, "clock");
      return this;
    }

    /**
     * Sets what the endpoints are told on expiry.
     *
     * @param newExpiry the expiry
     * @return this builder
     */
    public Builder expiry(Expiry newExpiry) {
      expiry = Objects.requireNonNull(newExpiry, "expiry");
      return this;
    }

    /**
     * Sets how long the box keeps a flow with unacknowledged data.
     *
     * @param limit the limit; for Linux conntrack the smaller of {@code unacknowledged} and {@code
     *     max_retrans}
     * @return this builder
     * @throws IllegalArgumentException if the limit is not above zero
     */
    public Builder unacknowledgedLimit(Duration limit) {
      unacknowledgedLimit =
          Checks.positive(
              "unacknowledged limit of " + name, limit, "leave it out if the box has none");
      return this;
    }

    /**
     * Sets whether the box ends the client's TCP connection.
     *
     * @param isProxy true for a full proxy
     * @return this builder
     */
    public Builder terminates(boolean isProxy) {
      terminates = isProxy;
      return this;
    }

    /**
     * Sets whether the box hands each new connection to one of several servers. On such a path a
     * refused connect is dialled again, and a connection counts only once its server has answered
     * in the right protocol.
     *
     * @param isBalancer true for a load balancer
     * @return this builder
     */
    public Builder balances(boolean isBalancer) {
      balances = isBalancer;
      return this;
    }

    /**
     * Says where the numbers come from.
     *
     * @param where a document, a setting, a measurement
     * @return this builder
     */
    public Builder source(String where) {
      source = Objects.requireNonNull(where, "source");
      return this;
    }

    Builder preset(HopPreset newPreset) {
      preset = newPreset;
      return this;
    }

    /**
     * Builds the hop.
     *
     * @return the hop
     * @throws IllegalArgumentException if the idle limit was never set
     */
    public Hop build() {
      Duration limit = idleLimit;
      if (limit == null) {
        throw Checks.refused(
            "idle limit of " + name,
            "missing",
            "above zero",
            "a hop is a box that forgets",
            "set idleLimit, or leave out a box that never forgets; unknown: GENERIC_UNKNOWN");
      }
      return new Hop(this, limit);
    }
  }
}
