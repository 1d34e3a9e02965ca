package dev.holdfast.internal.command;

import java.util.function.Supplier;

/** What a command means for the session of the connection it runs on, by the name it is sent by. */
public enum CommandKind {
  /** Changes nothing of the session. */
  PLAIN,
  /** Begins a transaction. */
  MULTI,
  /** Ends it. */
  EXEC,
  /** Drops it. */
  DISCARD,
  /** Makes the next transaction depend on keys. */
  WATCH,
  /** Undoes that. */
  UNWATCH,
  /** Its server may wait before it answers. */
  BLOCKING,
  /** Blocks if its arguments say {@code BLOCK}. */
  BLOCKING_BY_ARGUMENT,
  /** Chooses a database. */
  SELECT,
  /** Says who the connection acts for: {@code AUTH}. */
  AUTH,
  /** Says that too, and the protocol's version. */
  HELLO,
  /** As a new connection is before its handshake. */
  RESET,
  /** Changes by its arguments. */
  CLIENT,
  /** From then on the server says what nobody asked for. */
  SUBSCRIBE,
  /** The same, of all commands. */
  MONITOR,
  /** Changes a setting of the server's session: {@code READONLY}, {@code READWRITE}. */
  SETTING,
  /** Holds for the next command only. */
  ASKING,
  /** Changes by its arguments. */
  SCRIPT,
  /** After it the connection no longer carries answers to commands: {@code SYNC}, {@code PSYNC}. */
  STREAM;

  /**
   * Whether its server may wait before it answers.
   *
   * @param words its arguments, asked for only where they matter
   * @return true if it may
   */
  public boolean blocks(Supplier<CommandWords> words) {
    return this == BLOCKING || (this == BLOCKING_BY_ARGUMENT && words.get().hasOption("BLOCK"));
  }

  /**
   * Whether it changes nothing of the session.
   *
   * @return false if it may
   */
  public boolean leavesNothing() {
    return this == PLAIN || this == BLOCKING || this == BLOCKING_BY_ARGUMENT;
  }

  /**
   * Whether its arguments tell if it changes anything.
   *
   * @return true if they do
   */
  public boolean leavesByArguments() {
    return this == CLIENT || this == SCRIPT;
  }

  /**
   * Whether it ends a transaction.
   *
   * @return true for {@code EXEC} and {@code DISCARD}
   */
  public boolean endsTransaction() {
    return this == EXEC || this == DISCARD;
  }

  /**
   * The kind of a command.
   *
   * @param name as it is sent, in upper case
   * @return {@link #PLAIN} for what is unknown
   */
  public static CommandKind named(String name) {
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
