package dev.holdfast.internal.diagnosis;

import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of a connect. Immutable.
 *
 * @param outcome how it ended
 * @param elapsed from its first dial to its end
 * @param silentDials dials given up without any answer, in favour of another source port
 * @param hastyRepeats dials whose SYN the kernel repeated long before its timeout, if known: those
 *     among the silent ones were not silent
 * @param synRetransmissions repeated SYNs of the last dial, if known
 * @param rtt the round trip of the connection, if known
 * @param refusal the code of the error with which the server refused the client, if it did; never
 *     its text, which may name a user
 * @param history recent connects to the same address
 * @param othersConnect whether another connect to the same address succeeded while this one was
 *     under way
 * @param quietHost whether no other traffic moves the host's counters
 * @param counters the host's counters
 * @param plan what the user declared about the path
 */
public record ConnectSigns(
    ConnectEnd outcome,
    Duration elapsed,
    int silentDials,
    OptionalInt hastyRepeats,
    OptionalInt synRetransmissions,
    Optional<Duration> rtt,
    Optional<String> refusal,
    History history,
    Answer othersConnect,
    Answer quietHost,
    CounterDelta counters,
    Optional<ConnectionPlan> plan)
    implements Signs {

  /**
   * Recent connects to one address, this one included.
   *
   * @param connected how many succeeded
   * @param refused how many were refused
   * @param foreign how many were answered in another protocol
   * @param hungUp how many were accepted and closed without a word
   * @param alternations how often success followed failure or failure success
   */
  public record History(int connected, int refused, int foreign, int hungUp, int alternations) {

    /** Nothing is known of other connects. */
    public static final History UNKNOWN = new History(0, 0, 0, 0, 0);

    int all() {
      return connected + refused + foreign + hungUp;
    }
  }

  /**
   * Starts with the outcome.
   *
   * @param outcome how the connect ended
   * @param elapsed from its first dial to its end
   * @return a builder; what is not said is unknown
   */
  public static Builder of(ConnectEnd outcome, Duration elapsed) {
    return new Builder(outcome, elapsed);
  }

  @Override
  public List<String> evidence() {
    List<String> lines = new ArrayList<>();
    lines.add(outcome.text() + " after " + Figures.text(elapsed));
    refusal.ifPresent(code -> lines.add("the server's error: " + code));
    if (silentDials > 0) {
      lines.add(silentDials + " dials without an answer");
    }
    if (hastyRepeats.orElse(0) > 0) {
      lines.add(
          "the SYN of %d dials repeated before its timeout".formatted(hastyRepeats.getAsInt()));
    }
    synRetransmissions.ifPresent(times -> lines.add("SYN repeated " + times + " times"));
    if (history.refused() > 0) {
      lines.add(
          "%s of %d recent connects refused"
              .formatted(Figures.share(history.refused(), history.all()), history.all()));
    }
    if (history.foreign() > 0) {
      lines.add(
          "%s of %d recent connects answered in another protocol"
              .formatted(Figures.share(history.foreign(), history.all()), history.all()));
    }
    if (history.hungUp() > 0) {
      lines.add(
          "%s of %d recent connects accepted and hung up without a word"
              .formatted(Figures.share(history.hungUp(), history.all()), history.all()));
    }
    lines.addAll(counters.evidence());
    return List.copyOf(lines);
  }

  /** Collects signs. Not thread-safe. */
  public static final class Builder {

    private final ConnectEnd outcome;
    private final Duration elapsed;
    private int silentDials;
    private OptionalInt hastyRepeats = OptionalInt.empty();
    private OptionalInt synRetransmissions = OptionalInt.empty();
    private @Nullable Duration rtt;
    private @Nullable String refusal;
    private History history = History.UNKNOWN;
    private Answer othersConnect = Answer.UNKNOWN;
    private Answer quietHost = Answer.UNKNOWN;
    private CounterDelta counters = CounterDelta.NONE;
    private @Nullable ConnectionPlan plan;

    private Builder(ConnectEnd outcome, Duration elapsed) {
      this.outcome = outcome;
      this.elapsed = elapsed;
    }

    /**
     * Dials given up without any answer.
     *
     * @param dials not negative
     * @return this builder
     */
    public Builder silentDials(int dials) {
      this.silentDials = dials;
      return this;
    }

    /**
     * Dials whose SYN the kernel repeated long before its timeout.
     *
     * @param dials not negative
     * @return this builder
     */
    public Builder hastyRepeats(int dials) {
      this.hastyRepeats = OptionalInt.of(dials);
      return this;
    }

    /**
     * Repeated SYNs of the last dial.
     *
     * @param times {@code tcpi_total_retrans} just after the connect
     * @return this builder
     */
    public Builder synRetransmissions(int times) {
      this.synRetransmissions = OptionalInt.of(times);
      return this;
    }

    /**
     * The round trip of the connection.
     *
     * @param roundTrip {@code tcpi_rtt} just after the connect
     * @return this builder
     */
    public Builder rtt(Duration roundTrip) {
      this.rtt = roundTrip;
      return this;
    }

    /**
     * Recent connects to the same address.
     *
     * @param recent their count
     * @return this builder
     */
    public Builder history(History recent) {
      this.history = recent;
      return this;
    }

    /**
     * Whether another connect to the same address succeeded while this one was under way.
     *
     * @param connect as far as known
     * @return this builder
     */
    public Builder othersConnect(Answer connect) {
      this.othersConnect = connect;
      return this;
    }

    /**
     * Whether no other traffic moves the host's counters.
     *
     * @param quiet as far as known
     * @return this builder
     */
    public Builder quietHost(Answer quiet) {
      this.quietHost = quiet;
      return this;
    }

    /**
     * How much the host's counters rose during the connect.
     *
     * @param delta the rise
     * @return this builder
     */
    public Builder counters(CounterDelta delta) {
      this.counters = delta;
      return this;
    }

    /**
     * What the user declared about the path.
     *
     * @param declared its plan
     * @return this builder
     */
    public Builder plan(ConnectionPlan declared) {
      this.plan = declared;
      return this;
    }

    /**
     * The error with which the server refused the client.
     *
     * @param code its code, never its text
     * @return this builder
     */
    public Builder refusal(String code) {
      this.refusal = code;
      return this;
    }

    /**
     * Ends the collection.
     *
     * @return the signs
     */
    public ConnectSigns build() {
      return new ConnectSigns(
          outcome,
          elapsed,
          silentDials,
          hastyRepeats,
          synRetransmissions,
          Optional.ofNullable(rtt),
          Optional.ofNullable(refusal),
          history,
          othersConnect,
          quietHost,
          counters,
          Optional.ofNullable(plan));
    }
  }
}
