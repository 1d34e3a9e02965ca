package dev.holdfast.redis.jedis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.internal.command.CommandTable;
import dev.holdfast.internal.command.CommandWords;
import dev.holdfast.retry.ReplaySafety;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.commands.ProtocolCommand;

/**
 * A command's name, as sent in upper case, and what it means. One for each command that Jedis has a
 * name for.
 *
 * @param name empty if it cannot be known
 * @param known whether Jedis has a name for it
 */
record JedisCommand(String name, CommandKind kind, boolean known) {

  private static final String JEDIS = "redis.clients.jedis.";
  private static final Pattern WORD = Pattern.compile("[A-Z0-9._|-]{1,32}");

  /** An option or a number; longer ones are values. */
  private static final int LONGEST_WORD = 32;

  private static final JedisCommand UNKNOWN = new JedisCommand("", CommandKind.PLAIN, false);
  private static final Map<Protocol.Command, JedisCommand> CORE = core();

  /** Those of Jedis' modules. */
  private static final Map<ProtocolCommand, JedisCommand> OTHERS = new ConcurrentHashMap<>();

  private static Map<Protocol.Command, JedisCommand> core() {
    Map<Protocol.Command, JedisCommand> commands = new EnumMap<>(Protocol.Command.class);
    for (Protocol.Command one : Protocol.Command.values()) {
      commands.put(one, named(one, true));
    }
    return commands;
  }

  static JedisCommand of(CommandArguments args) {
    ProtocolCommand command = args.getCommand();
    if (command instanceof Protocol.Command own) {
      JedisCommand known = CORE.get(own);
      return known == null ? UNKNOWN : known;
    }
    if (command instanceof Enum<?> && isJedis(command)) {
      return OTHERS.computeIfAbsent(command, one -> named(one, true));
    }
    try {
      return named(command, false);
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return UNKNOWN;
    }
  }

  private static JedisCommand named(ProtocolCommand command, boolean known) {
    String name = new String(command.getRaw(), StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
    return new JedisCommand(name, CommandKind.named(name), known);
  }

  /** Arguments of another class may send something else than they say. */
  ReplaySafety safety(CommandArguments args) {
    return isJedis(args) ? CommandTable.safety(name, () -> words(args)) : ReplaySafety.UNSAFE;
  }

  /** For exceptions and log lines. */
  String forPeople() {
    return WORD.matcher(name).matches() ? name : "a command of the application's own";
  }

  /** For meters: one of Jedis' names, or one value for all others. */
  String tag() {
    return known ? name : "other";
  }

  /**
   * Jedis keeps keys, values and options alike as bytes; only its own holders of bytes are read,
   * which have no side effects, and only short ones, which may be options.
   */
  static CommandWords words(CommandArguments args) {
    if (!isJedis(args)) {
      return CommandWords.of(Collections.nCopies(args.size() - 1, CommandWords.OPAQUE));
    }
    List<String> words = new ArrayList<>(args.size() - 1);
    boolean first = true;
    for (Rawable argument : args) {
      if (!first) {
        words.add(word(argument));
      }
      first = false;
    }
    return CommandWords.of(words);
  }

  private static String word(Rawable argument) {
    if (!isJedis(argument)) {
      return CommandWords.OPAQUE;
    }
    byte[] raw = argument.getRaw();
    return raw.length > LONGEST_WORD
        ? CommandWords.OPAQUE
        : new String(raw, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
  }

  private static boolean isJedis(Object object) {
    return object.getClass().getName().startsWith(JEDIS);
  }
}
