package dev.holdfast.retry;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.retry.CauseChain;
import java.util.Optional;

/**
 * The call may or may not have run: its connection was lost after the request left and before the
 * answer was complete, and running it again could run it twice. Only the caller can decide what to
 * do next, by reading the state it meant to change.
 *
 * <p>Names the operation and the evidence; never a key, a value, an address or a credential.
 * Clients may wrap it: {@link #in(Throwable)} finds it.
 */
public class AmbiguousOutcomeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String WRITE =
      "%s may or may not have run (%s): %s [%s]. Read the state it changes before repeating it.";

  private static final String READ =
      "%s may or may not have run (%s): %s [%s]. It changes nothing, was given up, and may be"
          + " repeated.";

  /** The operation. */
  private final String call;

  /** How far the call had got. */
  private final Delivery delivery;

  /** Why the connection was given up. */
  private final Cause lostTo;

  /** What showed the loss. */
  private final String evidence;

  /**
   * Describes the call whose outcome is unknown.
   *
   * @param call the operation's name, without keys or values
   * @param delivery how far it had got
   * @param lostTo why the connection was given up
   * @param evidence what showed it
   */
  public AmbiguousOutcomeException(String call, Delivery delivery, Cause lostTo, String evidence) {
    this(call, delivery, lostTo, evidence, ReplaySafety.UNSAFE);
  }

  /**
   * The same of a call that may be a read: one that is not sent again says that it may be.
   *
   * @param call the operation's name, without keys or values
   * @param delivery how far it had got
   * @param lostTo why the connection was given up
   * @param evidence what showed it
   * @param safety of the call
   */
  public AmbiguousOutcomeException(
      String call, Delivery delivery, Cause lostTo, String evidence, ReplaySafety safety) {
    super(
        (safety == ReplaySafety.SAFE ? READ : WRITE)
            .formatted(call, delivery.text(), lostTo.text(), evidence));
    this.call = call;
    this.delivery = delivery;
    this.lostTo = lostTo;
    this.evidence = evidence;
  }

  /**
   * The operation's name.
   *
   * @return for example {@code INCR}
   */
  public String call() {
    return call;
  }

  /**
   * How far the call had got.
   *
   * @return never {@link Delivery#NEVER_SENT}
   */
  public Delivery delivery() {
    return delivery;
  }

  /**
   * Why the connection was given up.
   *
   * @return the cause
   */
  public Cause lostTo() {
    return lostTo;
  }

  /**
   * What showed that the connection was lost.
   *
   * @return readings, without payload or addresses
   */
  public String evidence() {
    return evidence;
  }

  /**
   * Finds such an exception in a chain of causes, or suppressed by one of them: an earlier attempt
   * of a call that failed in the end with another exception.
   *
   * @param thrown what the client threw
   * @return the exception, or empty
   */
  public static Optional<AmbiguousOutcomeException> in(Throwable thrown) {
    return CauseChain.find(thrown, AmbiguousOutcomeException.class);
  }
}
