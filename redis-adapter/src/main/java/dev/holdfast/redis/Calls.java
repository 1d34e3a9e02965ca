package dev.holdfast.redis;

import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.RedisException;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.protocol.TransactionalCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends calls. Behind each stands code of the application's, its outputs, listeners and command
 * classes, which may throw: that must not keep the next call from its end, nor leave a handler.
 */
final class Calls {

  private static final Logger LOG = LoggerFactory.getLogger(LettuceGuard.class);

  /** Lettuce's own words for a connection that was lost under a command. */
  static final String DISCONNECTED = "Connection disconnected";

  private static final byte[] OK = "OK".getBytes(StandardCharsets.US_ASCII);

  private Calls() {}

  static boolean isDone(RedisCommand<?, ?, ?> command) {
    try {
      return command.isDone();
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return thrown("isDone", foreign, false);
    }
  }

  /** How many commands in a row, from the oldest on, whose callers wait no more. */
  static int goneAtHead(Queue<RedisCommand<?, ?, ?>> stack) {
    RedisCommand<?, ?, ?> oldest = stack.peek();
    if (oldest == null || !isDone(TransactionPart.callers(oldest))) {
      return 0;
    }
    int gone = 0;
    for (RedisCommand<?, ?, ?> command : stack) {
      if (!isDone(TransactionPart.callers(command))) {
        break;
      }
      gone++;
    }
    return gone;
  }

  static void fail(RedisCommand<?, ?, ?> command, AmbiguousOutcomeException outcome) {
    fail(command, new AmbiguousRedisOutcomeException(outcome));
  }

  static void fail(RedisCommand<?, ?, ?> command, NotExecutedException outcome) {
    fail(command, new RedisNotExecutedException(outcome));
  }

  static void fail(RedisCommand<?, ?, ?> command, Throwable failure) {
    try {
      command.completeExceptionally(failure);
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      boolean open = !isDone(command);
      thrown("completeExceptionally", foreign, open);
      if (open) {
        cancel(command); // its output refused the text: nobody may be left waiting
      }
    }
  }

  /** The root cause is what Lettuce would have said: there are those who look no further. */
  static <X extends RuntimeException> X lettuces(X outcome) {
    outcome.initCause(new RedisException(DISCONNECTED));
    return outcome;
  }

  static void cancel(RedisCommand<?, ?, ?> command) {
    try {
      command.cancel();
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      thrown("cancel", foreign, false);
    }
  }

  /**
   * Answers the {@code MULTI} of a transaction that will not run. Its other commands, {@code EXEC}
   * above all, tell the caller; {@code MULTI} itself must not fail. Lettuce would forget the open
   * transaction from the event loop while the caller's thread adds to it, which ends in a
   * NullPointerException there, or takes the next transaction for no transaction.
   */
  static void answerLostMulti(RedisCommand<?, ?, ?> multi) {
    try {
      CommandOutput<?, ?, ?> output = multi.getOutput();
      if (output != null) {
        output.set(ByteBuffer.wrap(OK));
      }
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      thrown("set", foreign, false);
    }
    try {
      multi.complete();
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      thrown("complete", foreign, false);
    }
  }

  /** Whether Lettuce has registered the command with a transaction, to be answered by its EXEC. */
  static boolean isMember(RedisCommand<?, ?, ?> command) {
    return command instanceof TransactionalCommand
        || (command instanceof CommandWrapper
            && CommandWrapper.unwrap(command, TransactionalCommand.class) != null);
  }

  /**
   * Whether Lettuce takes a {@code MULTI} for one: it goes by what the type's {@code toString()}
   * says. Of a transaction that it does not know it registers no member.
   */
  static boolean isRegistered(RedisCommand<?, ?, ?> multi) {
    try {
      return multi.getType().toString().equals("MULTI");
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return thrown("getType", foreign, false);
    }
  }

  private static boolean thrown(String by, Throwable foreign, boolean result) {
    LOG.debug("{}() of a command threw", by, foreign);
    return result;
  }
}
