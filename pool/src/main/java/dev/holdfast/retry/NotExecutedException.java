package dev.holdfast.retry;

import dev.holdfast.internal.retry.CauseChain;
import java.util.Optional;

/**
 * The call certainly did not run and was not moved to another connection: repeating it is safe. The
 * message says why it could not be moved.
 */
public class NotExecutedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The operation. */
  private final String call;

  /**
   * Describes the call that did not run.
   *
   * @param call the operation's name, without keys or values
   * @param why why it could not be moved, and what to do about it
   */
  public NotExecutedException(String call, String why) {
    super(call + " did not run: " + why);
    this.call = call;
  }

  /**
   * The operation's name.
   *
   * @return for example {@code EXEC}
   */
  public String call() {
    return call;
  }

  /**
   * Finds such an exception in a chain of causes.
   *
   * @param thrown what the client threw
   * @return the exception, or empty
   */
  public static Optional<NotExecutedException> in(Throwable thrown) {
    return CauseChain.find(thrown, NotExecutedException.class);
  }
}
