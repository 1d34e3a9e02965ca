package dev.holdfast.redis;

import dev.holdfast.retry.ReplaySafety;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.ReadOnlyCommands;
import io.lettuce.core.protocol.RedisCommand;
import java.util.Map;
import java.util.Set;

/**
 * Which Redis commands may run twice, by command and arguments. Starts from Lettuce's list of
 * read-only commands. What is unknown is unsafe: a command, an option, and a command object of the
 * application's own, which may send anything.
 */
final class CommandSafety {

  /** In Lettuce's list, but with subcommands or effects that are not reads. */
  private static final Set<String> NOT_JUST_READS =
      Set.of(
          "SCRIPT",
          "CLIENT",
          "ASKING",
          "READWRITE",
          "XREAD",
          "FT.AGGREGATE",
          "FT.HYBRID",
          "FT.SEARCH");

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

  private static final Set<String> SCRIPT_READS = Set.of("EXISTS", "LOAD");

  /** End in the same state when run twice, whatever their arguments; these take no options. */
  private static final Set<String> STATE_IDEMPOTENT =
      Set.of(
          "MSET", "HSET", "HMSET", "DEL", "UNLINK", "HDEL", "SADD", "SREM", "ZREM", "PFADD",
          "XACK");

  /** The same with just so many arguments; with more they have options nobody knew here. */
  private static final Map<String, Integer> STATE_IDEMPOTENT_OF_LENGTH =
      Map.of("SETEX", 3, "PSETEX", 3, "LSET", 3, "SETBIT", 3, "SETRANGE", 3, "PERSIST", 1);

  private static final Set<String> EXPIRIES = Set.of("EX", "PX", "EXAT", "PXAT");
  private static final Set<String> EXPIRE_CONDITIONS = Set.of("NX", "XX", "GT", "LT");
  private static final Set<String> ZADD_CONDITIONS = Set.of("NX", "XX", "GT", "LT", "CH");

  private CommandSafety() {}

  static ReplaySafety of(RedisCommand<?, ?, ?> command) {
    if (!isLettuces(command)) {
      return ReplaySafety.UNSAFE;
    }
    String name = CommandName.of(command);
    if (MORE_READS.contains(name) || SESSION_SETUP.contains(name)) {
      return ReplaySafety.SAFE;
    }
    CommandType type = CommandName.type(command);
    if (type != null
        && !NOT_JUST_READS.contains(name)
        && ReadOnlyCommands.isReadOnlyCommand(type)) {
      return ReplaySafety.SAFE;
    }
    if (STATE_IDEMPOTENT.contains(name)) {
      return ReplaySafety.STATE_IDEMPOTENT;
    }
    return byArguments(name, command);
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

  private static ReplaySafety byArguments(String name, RedisCommand<?, ?, ?> command) {
    return switch (name) {
      case "SET" ->
          when(
              CommandWords.of(command).hasOnlyFrom(2, Set.of("KEEPTTL"), EXPIRIES),
              ReplaySafety.STATE_IDEMPOTENT);
      case "ZADD" -> when(addsScores(CommandWords.of(command)), ReplaySafety.STATE_IDEMPOTENT);
      case "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT" ->
          when(
              CommandWords.of(command).hasOnlyFrom(2, EXPIRE_CONDITIONS, Set.of()),
              ReplaySafety.STATE_IDEMPOTENT);
      case "XREAD" -> when(reads(CommandWords.of(command)), ReplaySafety.SAFE);
      case "FT.SEARCH" ->
          when(!CommandWords.of(command).hasOption("WITHCURSOR"), ReplaySafety.SAFE);
      case "CLIENT" ->
          when(CLIENT_READS.contains(CommandWords.of(command).first()), ReplaySafety.SAFE);
      case "SCRIPT" ->
          when(SCRIPT_READS.contains(CommandWords.of(command).first()), ReplaySafety.SAFE);
      default -> ofLength(name, command);
    };
  }

  private static ReplaySafety ofLength(String name, RedisCommand<?, ?, ?> command) {
    Integer length = STATE_IDEMPOTENT_OF_LENGTH.get(name);
    return when(
        length != null && CommandWords.of(command).count() == length,
        ReplaySafety.STATE_IDEMPOTENT);
  }

  /** {@code ZADD key [conditions] score member ...}; {@code INCR} is no condition. */
  private static boolean addsScores(CommandWords words) {
    return words.isNumberAt(words.firstNotOf(1, ZADD_CONDITIONS, Set.of()));
  }

  /**
   * Where it waits, from {@code $} on, to begin anew would leave out what has come meanwhile, and
   * the caller would not know.
   */
  private static boolean reads(CommandWords words) {
    return words.at(words.firstNotOf(0, Set.of(), Set.of("COUNT", "BLOCK"))).equals("STREAMS")
        && (!words.hasOption("BLOCK") || words.endsWithout("STREAMS", Set.of("$")));
  }

  private static ReplaySafety when(boolean holds, ReplaySafety safety) {
    return holds ? safety : ReplaySafety.UNSAFE;
  }
}
