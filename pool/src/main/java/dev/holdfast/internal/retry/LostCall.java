package dev.holdfast.internal.retry;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;

/**
 * A call whose connection was lost before its answer was complete; the exception Resilience4j's
 * predicate and events see. It reaches no caller. Carries no stack trace.
 */
public final class LostCall extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** How far the call had got. */
  private final Delivery delivery;

  /** Whether the call may run twice. */
  private final ReplaySafety safety;

  /** Why the connection was given up. */
  private final Cause cause;

  /**
   * Describes a lost call.
   *
   * @param call the operation's name, without keys or values
   * @param delivery how far it had got
   * @param safety whether it may run twice
   * @param cause why the connection was given up
   */
  public LostCall(String call, Delivery delivery, ReplaySafety safety, Cause cause) {
    super(call + ": " + delivery.text() + ", " + cause.text(), null, false, false);
    this.delivery = delivery;
    this.safety = safety;
    this.cause = cause;
  }

  /**
   * How far the call had got.
   *
   * @return the delivery
   */
  public Delivery delivery() {
    return delivery;
  }

  /**
   * Whether the call may run twice.
   *
   * @return the safety
   */
  public ReplaySafety safety() {
    return safety;
  }

  /**
   * Why the connection was given up.
   *
   * @return the cause
   */
  public Cause lostTo() {
    return cause;
  }
}
