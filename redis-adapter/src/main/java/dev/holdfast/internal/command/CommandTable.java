package dev.holdfast.internal.command;

import dev.holdfast.retry.ReplaySafety;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which Redis commands may run twice, by name and arguments, for every client. What is unknown is
 * unsafe: a command, and an option.
 */
public final class CommandTable {

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

  private CommandTable() {}

  /**
   * Whether it may run twice.
   *
   * @param name as it is sent, in upper case
   * @param words of its arguments, asked for only where they matter
   * @return unsafe for what is unknown
   */
  public static ReplaySafety safety(String name, Supplier<CommandWords> words) {
    if (ReadCommands.NAMES.contains(name) || SESSION_SETUP.contains(name)) {
      return ReplaySafety.SAFE;
    }
    if (STATE_IDEMPOTENT.contains(name)) {
      return ReplaySafety.STATE_IDEMPOTENT;
    }
    return byArguments(name, words);
  }

  private static ReplaySafety byArguments(String name, Supplier<CommandWords> words) {
    return switch (name) {
      case "SET" ->
          when(
              words.get().hasOnlyFrom(2, Set.of("KEEPTTL"), EXPIRIES),
              ReplaySafety.STATE_IDEMPOTENT);
      case "ZADD" -> when(addsScores(words.get()), ReplaySafety.STATE_IDEMPOTENT);
      case "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT" ->
          when(
              words.get().hasOnlyFrom(2, EXPIRE_CONDITIONS, Set.of()),
              ReplaySafety.STATE_IDEMPOTENT);
      case "XREAD" -> when(reads(words.get()), ReplaySafety.SAFE);
      case "FT.SEARCH" -> when(!words.get().hasOption("WITHCURSOR"), ReplaySafety.SAFE);
      case "CLIENT" -> when(CLIENT_READS.contains(words.get().first()), ReplaySafety.SAFE);
      case "SCRIPT" -> when(SCRIPT_READS.contains(words.get().first()), ReplaySafety.SAFE);
      default -> ofLength(name, words);
    };
  }

  private static ReplaySafety ofLength(String name, Supplier<CommandWords> words) {
    Integer length = STATE_IDEMPOTENT_OF_LENGTH.get(name);
    return when(length != null && words.get().count() == length, ReplaySafety.STATE_IDEMPOTENT);
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
