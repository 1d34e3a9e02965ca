package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.RedisCommand;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a command that are neither keys nor values: keywords, strings and numbers, read
 * where Lettuce keeps them. Keys and values are never encoded, which may have effects, nor read;
 * they, passwords and raw bytes are {@linkplain #OPAQUE opaque}. Where Lettuce's list cannot be
 * reached every argument is.
 */
final class CommandWords {

  /** A key, a value, or what might be one. */
  static final String OPAQUE = "\0";

  private static final String ARGUMENT = CommandArgs.class.getName() + "$";

  /** Their {@code toString()} is what is sent, and has no effects. */
  private static final Set<String> LEGIBLE =
      Set.of(
          ARGUMENT + "ProtocolKeywordArgument",
          ARGUMENT + "StringArgument",
          ARGUMENT + "IntegerArgument",
          ARGUMENT + "DoubleArgument");

  private static final @Nullable MethodHandle ARGUMENTS = arguments();

  private final List<String> words;

  private CommandWords(List<String> words) {
    this.words = words;
  }

  private static @Nullable MethodHandle arguments() {
    try {
      return MethodHandles.privateLookupIn(CommandArgs.class, MethodHandles.lookup())
          .findGetter(CommandArgs.class, "singularArguments", List.class);
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return null; // a native image without the entry, or another Lettuce
    }
  }

  static CommandWords of(RedisCommand<?, ?, ?> command) {
    try {
      CommandArgs<?, ?> args = command.getArgs();
      return new CommandWords(args == null ? List.of() : words(args));
    } catch (Throwable foreign) {
      return new CommandWords(List.of(OPAQUE));
    }
  }

  private static List<String> words(CommandArgs<?, ?> args) throws Throwable {
    MethodHandle reachable = ARGUMENTS;
    if (reachable == null || !args.getClass().getName().startsWith("io.lettuce.core.")) {
      return Collections.nCopies(args.count(), OPAQUE); // a class of the application's own may
      // send anything
    }
    List<?> arguments = (List<?>) reachable.invokeExact(args);
    List<String> words = new ArrayList<>(arguments.size());
    for (Object argument : arguments) {
      words.add(
          LEGIBLE.contains(argument.getClass().getName())
              ? argument.toString().toUpperCase(Locale.ROOT)
              : OPAQUE);
    }
    return words;
  }

  int count() {
    return words.size();
  }

  /** The word at a position; {@link #OPAQUE} where there is none or it is nobody's business. */
  String at(int position) {
    return position < words.size() ? words.get(position) : OPAQUE;
  }

  /** The first argument, for container commands such as {@code CLIENT SETNAME}. */
  String first() {
    return at(0);
  }

  /**
   * Whether nothing but these options stands from {@code position} on. An unknown option, or
   * something that is no word, says no.
   *
   * @param alone options that stand alone
   * @param withNumber options that a number follows
   */
  boolean hasOnlyFrom(int position, Set<String> alone, Set<String> withNumber) {
    return firstNotOf(position, alone, withNumber) == words.size();
  }

  /** The position of the first word that is none of these options, or its number. */
  int firstNotOf(int position, Set<String> alone, Set<String> withNumber) {
    int at = position;
    while (at < words.size()) {
      String word = words.get(at);
      if (alone.contains(word)) {
        at++;
      } else if (withNumber.contains(word) && isNumber(at(at + 1))) {
        at += 2;
      } else {
        return at;
      }
    }
    return at;
  }

  /** Whether a number stands there, as Lettuce or Java's {@code toString} writes one. */
  boolean isNumberAt(int position) {
    return isNumber(at(position));
  }

  /** The number there; not a number if there is none. */
  double numberAt(int position) {
    try {
      return position < 0 ? Double.NaN : Double.parseDouble(at(position));
    } catch (NumberFormatException text) {
      return Double.NaN;
    }
  }

  /** The position behind an option before {@code STREAMS}; -1 if it is not given. */
  int behind(String option) {
    int at = words.indexOf(option);
    int streams = words.indexOf("STREAMS");
    return at < 0 || (streams >= 0 && streams < at) ? -1 : at + 1;
  }

  private static boolean isNumber(String word) {
    if (word.isEmpty() || "+-.0123456789IN".indexOf(word.charAt(0)) < 0) {
      return false;
    }
    try {
      Double.parseDouble(word.replace("INFINITY", "Infinity").replace("NAN", "NaN"));
      return true;
    } catch (NumberFormatException text) {
      return word.equals("-INF") || word.equals("+INF") || word.equals("INF");
    }
  }

  /** Whether an option stands anywhere before {@code STREAMS}, as in {@code XREAD}. */
  boolean hasOption(String option) {
    return behind(option) > 0;
  }

  /** Whether the latter half of what follows a word can be read, and holds none of these. */
  boolean endsWithout(String word, Set<String> these) {
    int first = words.indexOf(word) + 1;
    int half = first + (words.size() - first) / 2;
    List<String> end = words.subList(half, words.size());
    return !end.isEmpty()
        && end.stream().noneMatch(each -> each.equals(OPAQUE) || these.contains(each));
  }
}
