package dev.holdfast.redis;

import dev.holdfast.internal.command.Decline;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/** Reads from a Lettuce command that its server has declined to run it. Stateless. */
final class DeclinedAnswer {

  private DeclinedAnswer() {}

  /** What the server said; null if it has not declined it. */
  static @Nullable Decline of(RedisCommand<?, ?, ?> command) {
    String error = error(command);
    return error == null
        ? null
        : Decline.of(error, CommandName.of(command), CommandName.type(command) != null);
  }

  private static @Nullable String error(RedisCommand<?, ?, ?> command) {
    try {
      CommandOutput<?, ?, ?> output = command.getOutput();
      return output != null && output.hasError() ? output.getError() : null;
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return null;
    }
  }
}
