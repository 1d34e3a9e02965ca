package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The short arguments of a command, read back from its encoded form: Lettuce keeps no list of them.
 * Long ones, which can only be keys or values, are left blank; nothing here outlives the question
 * asked of it.
 *
 * <p>An option is looked for only where the command's syntax allows one, or a value that happens to
 * read {@code NX} would decide.
 */
final class CommandWords {

  /** The longest option or subcommand in use, {@code JUSTID}, {@code TRACKINGINFO}, has 12. */
  private static final int LONGEST_OPTION = 16;

  private final List<String> words;

  private CommandWords(List<String> words) {
    this.words = words;
  }

  static CommandWords of(RedisCommand<?, ?, ?> command) {
    CommandArgs<?, ?> args = command.getArgs();
    if (args == null) {
      return new CommandWords(List.of());
    }
    ByteBuf encoded = Unpooled.buffer();
    try {
      args.encode(encoded);
      return new CommandWords(parse(encoded));
    } finally {
      encoded.release();
    }
  }

  /** Arguments are encoded as bulk strings: {@code $<length>\r\n<bytes>\r\n}. */
  private static List<String> parse(ByteBuf encoded) {
    List<String> words = new ArrayList<>();
    while (encoded.isReadable() && encoded.readByte() == '$') {
      int length = 0;
      for (byte digit = encoded.readByte(); digit != '\r'; digit = encoded.readByte()) {
        length = length * 10 + (digit - '0');
      }
      encoded.skipBytes(1);
      words.add(
          length <= LONGEST_OPTION
              ? encoded
                  .toString(encoded.readerIndex(), length, StandardCharsets.US_ASCII)
                  .toUpperCase(Locale.ROOT)
              : "");
      encoded.skipBytes(length + 2);
    }
    return words;
  }

  /** The first argument, for container commands such as {@code CLIENT SETNAME}. */
  String first() {
    return words.isEmpty() ? "" : words.get(0);
  }

  /** Whether an option stands anywhere before {@code STREAMS}, as in {@code XREAD}. */
  boolean hasOption(String option) {
    for (String word : words) {
      if (word.equals("STREAMS")) {
        return false;
      }
      if (word.equals(option)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one of the options stands at {@code position} or later. */
  boolean hasAnyFrom(int position, String... options) {
    for (int i = position; i < words.size(); i++) {
      for (String option : options) {
        if (words.get(i).equals(option)) {
          return true;
        }
      }
    }
    return false;
  }
}
