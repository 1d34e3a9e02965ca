package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.util.EnumMap;

/** What a command means for the session of the connection it runs on, by the name it is sent by. */
enum CommandKind {
  PLAIN,
  MULTI,
  EXEC,
  DISCARD,
  WATCH,
  UNWATCH,
  BLOCKING,
  /** Blocks if its arguments say {@code BLOCK}. */
  BLOCKING_BY_ARGUMENT,
  SELECT,
  /** Says who the connection acts for: {@code AUTH}. */
  AUTH,
  /** Says that too, and the protocol's version. */
  HELLO,
  RESET,
  CLIENT,
  SUBSCRIBE,
  MONITOR,
  /** Changes a setting of the server's session: {@code READONLY}, {@code READWRITE}. */
  SETTING,
  /** Holds for the next command only. */
  ASKING,
  SCRIPT,
  /** After it the connection no longer carries answers to commands: {@code SYNC}, {@code PSYNC}. */
  STREAM;

  private static final EnumMap<CommandType, CommandKind> BY_TYPE = new EnumMap<>(CommandType.class);

  static {
    for (CommandType type : CommandType.values()) {
      BY_TYPE.put(type, named(type.toString()));
    }
  }

  static CommandKind of(RedisCommand<?, ?, ?> command) {
    ProtocolKeyword type;
    try {
      type = command.getType();
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return PLAIN;
    }
    CommandKind known = type instanceof CommandType ? BY_TYPE.get(type) : null;
    return known != null ? known : named(CommandName.of(command));
  }

  boolean blocks(RedisCommand<?, ?, ?> command) {
    return this == BLOCKING
        || (this == BLOCKING_BY_ARGUMENT && CommandWords.of(command).hasOption("BLOCK"));
  }

  /** Whether it changes nothing of the session. */
  boolean leavesNothing() {
    return this == PLAIN || this == BLOCKING || this == BLOCKING_BY_ARGUMENT;
  }

  /** Whether its arguments tell if it changes anything. */
  boolean leavesByArguments() {
    return this == CLIENT || this == SCRIPT;
  }

  boolean endsTransaction() {
    return this == EXEC || this == DISCARD;
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
          "BLMOVEM",
          "BLMPOP",
          "BRPOPLPUSH",
          "BZPOPMIN",
          "BZPOPMAX",
          "BZMPOP",
          "WAIT",
          "WAITAOF" ->
          BLOCKING;
      case "XREAD", "XREADGROUP" -> BLOCKING_BY_ARGUMENT;
      case "SELECT" -> SELECT;
      case "AUTH" -> AUTH;
      case "HELLO" -> HELLO;
      case "RESET" -> RESET;
      case "CLIENT" -> CLIENT;
      case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE" -> SUBSCRIBE;
      case "MONITOR" -> MONITOR;
      case "READONLY", "READWRITE" -> SETTING;
      case "ASKING" -> ASKING;
      case "SCRIPT" -> SCRIPT;
      case "SYNC", "PSYNC", "REPLCONF" -> STREAM;
      default -> PLAIN;
    };
  }
}
