package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.util.EnumMap;

/** The kinds of Lettuce's commands. */
final class LettuceKinds {

  private static final EnumMap<CommandType, CommandKind> BY_TYPE = new EnumMap<>(CommandType.class);

  static {
    for (CommandType type : CommandType.values()) {
      BY_TYPE.put(type, CommandKind.named(type.toString()));
    }
  }

  private LettuceKinds() {}

  static CommandKind of(RedisCommand<?, ?, ?> command) {
    ProtocolKeyword type;
    try {
      type = command.getType();
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return CommandKind.PLAIN;
    }
    CommandKind known = type instanceof CommandType ? BY_TYPE.get(type) : null;
    return known != null ? known : CommandKind.named(CommandName.of(command));
  }

  static boolean blocks(RedisCommand<?, ?, ?> command) {
    return of(command).blocks(() -> LettuceWords.of(command));
  }
}
