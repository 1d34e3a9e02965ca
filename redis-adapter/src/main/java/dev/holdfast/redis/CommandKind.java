package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.util.EnumMap;
import java.util.Locale;

/** What a command means for the session of the connection it runs on. */
enum CommandKind {
  PLAIN,
  MULTI,
  EXEC,
  DISCARD,
  WATCH,
  UNWATCH,
  BLOCKING,
  /** Blocks if its arguments say {@code BLOCK}. */
  BLOCKING_BY_ARGUMENT;

  private static final EnumMap<CommandType, CommandKind> BY_TYPE = new EnumMap<>(CommandType.class);

  static {
    for (CommandType type : CommandType.values()) {
      BY_TYPE.put(type, named(type.toString()));
    }
  }

  static CommandKind of(RedisCommand<?, ?, ?> command) {
    ProtocolKeyword type = command.getType();
    CommandKind known = type instanceof CommandType ? BY_TYPE.get(type) : null;
    return known != null ? known : named(type.toString().toUpperCase(Locale.ROOT));
  }

  boolean blocks(RedisCommand<?, ?, ?> command) {
    return this == BLOCKING
        || (this == BLOCKING_BY_ARGUMENT && CommandWords.of(command).hasOption("BLOCK"));
  }

  private static CommandKind named(String name) {
    return switch (name) {
      case "MULTI" -> MULTI;
      case "EXEC" -> EXEC;
      case "DISCARD" -> DISCARD;
      case "WATCH" -> WATCH;
      case "UNWATCH" -> UNWATCH;
      case "BLPOP",
          "BRPOP",
          "BLMOVE",
          "BLMPOP",
          "BRPOPLPUSH",
          "BZPOPMIN",
          "BZPOPMAX",
          "BZMPOP",
          "WAIT",
          "WAITAOF" ->
          BLOCKING;
      case "XREAD", "XREADGROUP" -> BLOCKING_BY_ARGUMENT;
      default -> PLAIN;
    };
  }
}
