package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names commands by the bytes they send, for that is what the server goes by; what a keyword of the
 * application's own says of itself in {@code toString()} decides nothing. Throws nothing, whatever
 * such a keyword throws.
 */
final class CommandName {

  /** For commands that Lettuce has no name for: one value, for any number of them. */
  static final String OTHER = "other";

  private static final String UNKNOWN = "";
  private static final Pattern WORD = Pattern.compile("[A-Z0-9._|-]{1,32}");
  private static final Map<String, CommandType> LETTUCES = new HashMap<>();
  private static final EnumMap<CommandType, String> NAMES = new EnumMap<>(CommandType.class);

  static {
    for (CommandType type : CommandType.values()) {
      String name = words(type);
      LETTUCES.put(name, type);
      NAMES.put(type, name);
    }
  }

  private CommandName() {}

  /** Lettuce's own type of that name; null for any other command. */
  static @Nullable CommandType type(RedisCommand<?, ?, ?> command) {
    try {
      ProtocolKeyword keyword = command.getType();
      return keyword instanceof CommandType known ? known : LETTUCES.get(sent(keyword));
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return null;
    }
  }

  /** As sent, in upper case; empty if that cannot be known. */
  static String of(RedisCommand<?, ?, ?> command) {
    try {
      return sent(command.getType());
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      return UNKNOWN;
    }
  }

  private static String sent(ProtocolKeyword keyword) {
    String known = keyword instanceof CommandType ? NAMES.get(keyword) : null;
    return known != null ? known : words(keyword);
  }

  private static String words(ProtocolKeyword keyword) {
    return new String(keyword.getBytes(), StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
  }

  /** For exceptions and log lines. */
  static String forPeople(RedisCommand<?, ?, ?> command) {
    String name = of(command);
    return WORD.matcher(name).matches() ? name : "a command of the application's own";
  }

  /** For meters: one of Lettuce's names, or {@link #OTHER}. */
  static String tag(RedisCommand<?, ?, ?> command) {
    CommandType known = type(command);
    return known == null ? OTHER : sent(known);
  }
}
