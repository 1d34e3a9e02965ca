package dev.holdfast.redis;

import dev.holdfast.retry.ReplaySafety;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.ReadOnlyCommands;
import io.lettuce.core.protocol.RedisCommand;
import java.util.Locale;
import java.util.Set;

/**
 * Which Redis commands may run twice, by command and arguments. Starts from Lettuce's list of
 * read-only commands; what is unknown is unsafe.
 */
final class CommandSafety {

  /** In Lettuce's list, but with subcommands or effects that are not reads. */
  private static final Set<String> NOT_JUST_READS =
      Set.of("SCRIPT", "CLIENT", "ASKING", "XREAD", "FT.AGGREGATE", "FT_AGGREGATE");

  /** Flagged {@code readonly} by Redis 7 and missing from Lettuce's list. */
  private static final Set<String> MORE_READS =
      Set.of(
          "PING",
          "DBSIZE",
          "ROLE",
          "PUBSUB",
          "LASTSAVE",
          "EXPIRETIME",
          "PEXPIRETIME",
          "LCS",
          "SINTERCARD",
          "ZDIFF",
          "ZINTER",
          "ZINTERCARD",
          "ZMSCORE",
          "ZUNION");

  /**
   * They set up the session of a connection, and a new connection starts without it: sending them
   * again, in order, restores what the caller asked for.
   */
  private static final Set<String> SESSION_SETUP =
      Set.of(
          "SELECT",
          "AUTH",
          "READONLY",
          "READWRITE",
          "WATCH",
          "UNWATCH",
          "SUBSCRIBE",
          "PSUBSCRIBE",
          "SSUBSCRIBE",
          "UNSUBSCRIBE",
          "PUNSUBSCRIBE",
          "SUNSUBSCRIBE");

  private static final Set<String> CLIENT_READS =
      Set.of("SETNAME", "SETINFO", "GETNAME", "ID", "INFO", "LIST", "TRACKINGINFO", "GETREDIR");

  private static final Set<String> STATE_IDEMPOTENT =
      Set.of(
          "SETEX",
          "PSETEX",
          "MSET",
          "HSET",
          "HMSET",
          "LSET",
          "SETBIT",
          "SETRANGE",
          "DEL",
          "UNLINK",
          "HDEL",
          "SADD",
          "SREM",
          "ZREM",
          "EXPIRE",
          "PEXPIRE",
          "EXPIREAT",
          "PEXPIREAT",
          "PERSIST",
          "PFADD",
          "XACK");

  private CommandSafety() {}

  static ReplaySafety of(RedisCommand<?, ?, ?> command) {
    ProtocolKeyword type = command.getType();
    String name = type.toString().toUpperCase(Locale.ROOT);
    if (MORE_READS.contains(name) || SESSION_SETUP.contains(name)) {
      return ReplaySafety.SAFE;
    }
    if (!NOT_JUST_READS.contains(name) && ReadOnlyCommands.isReadOnlyCommand(type)) {
      return ReplaySafety.SAFE;
    }
    if (STATE_IDEMPOTENT.contains(name)) {
      return ReplaySafety.STATE_IDEMPOTENT;
    }
    return byArguments(name, command);
  }

  private static ReplaySafety byArguments(String name, RedisCommand<?, ?, ?> command) {
    return switch (name) {
      case "SET" ->
          when(
              !CommandWords.of(command).hasAnyFrom(2, "NX", "XX", "GET", "IFEQ", "IFNE"),
              ReplaySafety.STATE_IDEMPOTENT);
      case "ZADD" ->
          when(!CommandWords.of(command).hasAnyFrom(1, "INCR"), ReplaySafety.STATE_IDEMPOTENT);
      case "XREAD" -> when(!CommandWords.of(command).hasOption("BLOCK"), ReplaySafety.SAFE);
      case "CLIENT" ->
          when(CLIENT_READS.contains(CommandWords.of(command).first()), ReplaySafety.SAFE);
      case "SCRIPT" ->
          when(
              Set.of("EXISTS", "LOAD").contains(CommandWords.of(command).first()),
              ReplaySafety.SAFE);
      default -> ReplaySafety.UNSAFE;
    };
  }

  private static ReplaySafety when(boolean holds, ReplaySafety safety) {
    return holds ? safety : ReplaySafety.UNSAFE;
  }
}
