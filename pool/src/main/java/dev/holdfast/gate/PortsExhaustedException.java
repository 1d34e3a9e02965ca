package dev.holdfast.gate;

import dev.holdfast.path.PortBudget;
import java.net.BindException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * No source port will be free within the caller's time. Thrown instead of the {@link BindException}
 * ("Cannot assign requested address") with which the dial would have ended, and before it. Nothing
 * was sent.
 */
public final class PortsExhaustedException extends BindException {

  private static final long serialVersionUID = 1L;

  private static final String FIX =
      " Fix: reuse connections instead of closing them, dial from more source addresses,"
          + " widen ip_local_port_range, or set tcp_tw_reuse=1 (needs tcp_timestamps).";

  /** The numbers, kept out of serialized form: they describe this host at this moment. */
  private final transient @Nullable Evidence evidence;

  /**
   * What the books said.
   *
   * @param budget ports, source addresses and hold in force
   * @param use the ports towards the destination
   * @param closesPerSecond how many connections a second this side closed first, over the last hold
   * @param hostTimeWait {@code TIME_WAIT} sockets of the whole network namespace, -1 if not known
   */
  public record Evidence(
      PortBudget budget, PortUse use, double closesPerSecond, int hostTimeWait) {}

  /**
   * Says what there is too little of.
   *
   * @param what one clause without a full stop
   * @param evidence the numbers, null where the host's ports are not known
   */
  public PortsExhaustedException(String what, @Nullable Evidence evidence) {
    super(what + (evidence == null ? "." : numbers(evidence)) + FIX);
    this.evidence = evidence;
  }

  static PortsExhaustedException within(String destination, long nanos, Evidence evidence) {
    return new PortsExhaustedException(
        String.format(
            Locale.ROOT,
            "no source port to %s will be free within the %.3f s this connect may take",
            destination,
            nanos / 1e9),
        evidence);
  }

  private static String numbers(Evidence evidence) {
    PortBudget budget = evidence.budget();
    PortUse use = evidence.use();
    return String.format(
        Locale.ROOT,
        ": %d ports from %d source address(es), %d open, %d in TIME_WAIT for %s s each (closed here"
            + " first, %.1f/s), %d taken elsewhere; the budget is %.1f connects/s%s.",
        use.range(),
        budget.sources(),
        use.open(),
        use.timeWait(),
        budget.hold().toMillis() / 1e3,
        evidence.closesPerSecond(),
        use.elsewhere(),
        budget.connectsPerSecond(),
        evidence.hostTimeWait() < 0
            ? ""
            : "; this host has " + evidence.hostTimeWait() + " TIME_WAIT sockets");
  }

  /**
   * The numbers behind the message.
   *
   * @return empty where the host's ports are not known
   */
  public Optional<Evidence> evidence() {
    return Optional.ofNullable(evidence);
  }
}
