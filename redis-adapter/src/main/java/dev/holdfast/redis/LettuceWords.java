package dev.holdfast.redis;

import static dev.holdfast.internal.command.CommandWords.OPAQUE;

import dev.holdfast.internal.command.CommandWords;
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
 * they, passwords and raw bytes are {@linkplain CommandWords#OPAQUE opaque}. Where Lettuce's list
 * cannot be reached every argument is.
 */
final class LettuceWords {

  private static final String ARGUMENT = CommandArgs.class.getName() + "$";

  /** Their {@code toString()} is what is sent, and has no effects. */
  private static final Set<String> LEGIBLE =
      Set.of(
          ARGUMENT + "ProtocolKeywordArgument",
          ARGUMENT + "StringArgument",
          ARGUMENT + "IntegerArgument",
          ARGUMENT + "DoubleArgument");

  private static final @Nullable MethodHandle ARGUMENTS = arguments();

  private LettuceWords() {}

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
      return CommandWords.of(args == null ? List.of() : words(args));
    } catch (Throwable foreign) {
      return CommandWords.of(List.of(OPAQUE));
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
}
