package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of a connection that ended, or of a call that is overdue on one that has not.
 * Immutable.
 *
 * @param cause what the client saw
 * @param inFlight whether something was sent that had no answer yet
 * @param arrived whether anything of that can have come to the peer, by what its FIN says
 * @param idle how long no payload had moved before the last write, or, with nothing in flight,
 *     before the end
 * @param sinceWrite from that write to the end, if known
 * @param retransmissions segments repeated since that write, if known
 * @param acknowledgedBeforeReset whether the peer acknowledged anything between that write and the
 *     reset that ended the connection, if known; if not, the reset answers the write itself
 * @param wire the last reading of the kernel's view, if any
 * @param heardWhileIdle whether the kernel heard segments of the peer, answers to keepalive probes,
 *     while no payload moved
 * @param newConnection whether a new connection to the same endpoint works
 * @param answeredBeside whether a fresh connection was answered while this one was not, and the
 *     first that was tried: then the path was dark to this flow only
 * @param siblings what became of the other connections to it
 * @param counters the host's counters
 * @param plan what the user declared about the path
 */
public record DeathSigns(
    Cause cause,
    Answer inFlight,
    Answer arrived,
    Duration idle,
    Optional<Duration> sinceWrite,
    OptionalLong retransmissions,
    Answer acknowledgedBeforeReset,
    Optional<WireSigns> wire,
    Answer heardWhileIdle,
    Answer newConnection,
    Answer answeredBeside,
    Siblings siblings,
    CounterDelta counters,
    Optional<ConnectionPlan> plan)
    implements Signs {

  /**
   * Starts with nothing but what the client saw.
   *
   * @param cause what the client saw
   * @return a builder; what is not said is unknown, and the connection was not idle
   */
  public static Builder of(Cause cause) {
    return new Builder(cause);
  }

  /**
   * Adds what became known later.
   *
   * @return a builder that holds everything of these signs
   */
  public Builder toBuilder() {
    Builder copy = new Builder(cause);
    copy.inFlight = inFlight;
    copy.arrived = arrived;
    copy.idle = idle;
    copy.sinceWrite = sinceWrite.orElse(null);
    copy.retransmissions = retransmissions;
    copy.acknowledgedBeforeReset = acknowledgedBeforeReset;
    copy.wire = wire.orElse(null);
    copy.heardWhileIdle = heardWhileIdle;
    copy.newConnection = newConnection;
    copy.answeredBeside = answeredBeside;
    copy.siblings = siblings;
    copy.counters = counters;
    copy.plan = plan.orElse(null);
    return copy;
  }

  @Override
  public List<String> evidence() {
    List<String> lines = new ArrayList<>();
    lines.add(cause.text());
    lines.add(idle.isZero() ? "in use" : "idle " + Figures.text(idle));
    sinceWrite.ifPresent(time -> lines.add("ended " + afterWrite(time)));
    wire.ifPresent(reading -> lines.add(reading.text()));
    if (arrived == Answer.NO) {
      lines.add("by its FIN nothing in flight had come to the peer");
    }
    if (heardWhileIdle != Answer.UNKNOWN) {
      lines.add(
          "peer's kernel " + (heardWhileIdle == Answer.YES ? "heard" : "silent") + " while idle");
    }
    if (newConnection != Answer.UNKNOWN) {
      lines.add("a new connection " + (newConnection == Answer.YES ? "works" : "fails too"));
    }
    if (answeredBeside == Answer.YES) {
      lines.add("a fresh connection was answered while this one was not");
    }
    if (siblings.died() + siblings.proved() > 0) {
      lines.add(siblings.text());
    }
    lines.addAll(counters.evidence());
    return List.copyOf(lines);
  }

  private String afterWrite(Duration time) {
    String text = Figures.text(time) + " after the write";
    return wire.map(WireSigns::rtt)
        .filter(rtt -> !rtt.isZero())
        .map(rtt -> text + " (%.1f RTT)".formatted((double) time.toNanos() / rtt.toNanos()))
        .orElse(text);
  }

  /** Collects signs. Not thread-safe. */
  public static final class Builder {

    private final Cause cause;
    private Answer inFlight = Answer.UNKNOWN;
    private Answer arrived = Answer.UNKNOWN;
    private Duration idle = Duration.ZERO;
    private @Nullable Duration sinceWrite;
    private OptionalLong retransmissions = OptionalLong.empty();
    private Answer acknowledgedBeforeReset = Answer.UNKNOWN;
    private @Nullable WireSigns wire;
    private Answer heardWhileIdle = Answer.UNKNOWN;
    private Answer newConnection = Answer.UNKNOWN;
    private Answer answeredBeside = Answer.UNKNOWN;
    private Siblings siblings = Siblings.UNKNOWN;
    private CounterDelta counters = CounterDelta.NONE;
    private @Nullable ConnectionPlan plan;

    private Builder(Cause cause) {
      this.cause = cause;
    }

    /**
     * Something was sent that has no answer yet, or nothing is.
     *
     * @param sent whether
     * @return this builder
     */
    public Builder inFlight(boolean sent) {
      this.inFlight = Answer.of(sent);
      return this;
    }

    /**
     * By the peer's FIN nothing that was in flight had come to it.
     *
     * @return this builder
     */
    public Builder nothingArrived() {
      this.arrived = Answer.NO;
      return this;
    }

    /**
     * How long no payload had moved before the last write, or before the end.
     *
     * @param age not negative
     * @return this builder
     */
    public Builder idle(Duration age) {
      this.idle = age;
      return this;
    }

    /**
     * From the last write to the end.
     *
     * @param time not negative
     * @return this builder
     */
    public Builder sinceWrite(Duration time) {
      this.sinceWrite = time;
      return this;
    }

    /**
     * Segments repeated since that write.
     *
     * @param segments the rise of {@code tcpi_total_retrans}
     * @return this builder
     */
    public Builder retransmissions(long segments) {
      this.retransmissions = OptionalLong.of(segments);
      return this;
    }

    /**
     * Whether the peer acknowledged anything between that write and the reset.
     *
     * @param heard as far as known
     * @return this builder
     */
    public Builder acknowledgedBeforeReset(Answer heard) {
      this.acknowledgedBeforeReset = heard;
      return this;
    }

    /**
     * The last reading of the kernel's view.
     *
     * @param reading what it says
     * @return this builder
     */
    public Builder wire(WireSigns reading) {
      this.wire = reading;
      return this;
    }

    /**
     * Whether the peer's kernel answered while no payload moved.
     *
     * @param answer as far as known
     * @return this builder
     */
    public Builder heardWhileIdle(Answer answer) {
      this.heardWhileIdle = answer;
      return this;
    }

    /**
     * Whether a new connection to the same endpoint works.
     *
     * @param works as far as known
     * @return this builder
     */
    public Builder newConnection(Answer works) {
      this.newConnection = works;
      return this;
    }

    /**
     * Whether a fresh connection was answered while this one was not.
     *
     * @param beside as far as known
     * @return this builder
     */
    public Builder answeredBeside(Answer beside) {
      this.answeredBeside = beside;
      return this;
    }

    /**
     * What became of the other connections to the endpoint.
     *
     * @param others their count
     * @return this builder
     */
    public Builder siblings(Siblings others) {
      this.siblings = others;
      return this;
    }

    /**
     * How much the host's counters rose.
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
     * Ends the collection.
     *
     * @return the signs
     */
    public DeathSigns build() {
      return new DeathSigns(
          cause,
          inFlight,
          arrived,
          idle,
          Optional.ofNullable(sinceWrite),
          retransmissions,
          acknowledgedBeforeReset,
          Optional.ofNullable(wire),
          heardWhileIdle,
          newConnection,
          answeredBeside,
          siblings,
          counters,
          Optional.ofNullable(plan));
    }
  }
}
