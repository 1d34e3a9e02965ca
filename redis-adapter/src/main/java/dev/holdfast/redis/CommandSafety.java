package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandTable;
import dev.holdfast.retry.ReplaySafety;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * Which of Lettuce's commands may run twice. A command object of the application's own is unsafe:
 * it may send anything.
 */
final class CommandSafety {

  private CommandSafety() {}

  static ReplaySafety of(RedisCommand<?, ?, ?> command) {
    return isLettuces(command)
        ? CommandTable.safety(CommandName.of(command), () -> LettuceWords.of(command))
        : ReplaySafety.UNSAFE;
  }

  /** A command of another class may encode something else than its type and arguments. */
  private static boolean isLettuces(RedisCommand<?, ?, ?> command) {
    try {
      RedisCommand<?, ?, ?> innermost = CommandWrapper.unwrap(command);
      return innermost.getClass().getName().startsWith("io.lettuce.core.")
          || innermost instanceof ProbeCommand;
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return false;
    }
  }
}
