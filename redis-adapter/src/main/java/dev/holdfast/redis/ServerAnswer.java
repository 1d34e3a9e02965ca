package dev.holdfast.redis;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.MultiOutput;
import io.lettuce.core.protocol.RedisCommand;
import java.util.regex.Pattern;

/** What the server said to a command that has left the stack of unanswered ones. */
enum ServerAnswer {
  /** It did as told, or, inside a transaction, took the command into its queue. */
  DONE,
  /** {@code EXEC} found a watched key changed, and ran nothing. */
  NOT_RUN,
  /** {@code EXECABORT}: the transaction is over and ran nothing. */
  ABORTED,
  /** {@code EXEC} or {@code DISCARD} without {@code MULTI}: there is no transaction. */
  NO_TRANSACTION,
  /** Any other error: nothing has changed. */
  REFUSED,
  /** Its caller had gone before, and his leaving is all that its output tells. */
  UNKNOWN;

  /**
   * Redis' errors begin with a code in capitals; what Lettuce writes into the output of a command
   * that timed out or was reset does not.
   */
  private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]*( .*)?", Pattern.DOTALL);

  /** Throws nothing, whatever an output of the application's own does. */
  static ServerAnswer to(RedisCommand<?, ?, ?> command) {
    try {
      CommandOutput<?, ?, ?> output = command.getOutput();
      if (output == null) {
        return UNKNOWN;
      }
      if (output.hasError()) {
        return error(output.getError());
      }
      return output instanceof MultiOutput<?, ?> multi && multi.get().wasDiscarded()
          ? NOT_RUN
          : DONE;
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return UNKNOWN;
    }
  }

  private static ServerAnswer error(String text) {
    if (!CODE.matcher(text).matches()) {
      return UNKNOWN;
    }
    if (text.startsWith("EXECABORT")) {
      return ABORTED;
    }
    return text.endsWith(" without MULTI") ? NO_TRANSACTION : REFUSED;
  }
}
