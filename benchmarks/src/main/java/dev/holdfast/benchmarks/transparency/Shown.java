package dev.holdfast.benchmarks.transparency;

import io.lettuce.core.TransactionResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers and failures as text. */
final class Shown {

  private static final int LONGEST = 300;

  private Shown() {}

  static String answer(@Nullable Object answer) {
    String whole = text(answer);
    return whole.length() <= LONGEST
        ? whole
        : whole.substring(0, LONGEST)
            + "... of length "
            + whole.length()
            + ", hash "
            + whole.hashCode();
  }

  private static String text(@Nullable Object answer) {
    if (answer == null) {
      return "nil";
    }
    if (answer instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    if (answer instanceof ByteBuffer buffer) {
      return StandardCharsets.UTF_8.decode(buffer.duplicate()).toString();
    }
    if (answer instanceof Throwable failure) {
      return failure(failure);
    }
    if (answer instanceof TransactionResult result) {
      return (result.wasDiscarded() ? "discarded" : "ran")
          + result.stream().map(Shown::text).toList();
    }
    if (answer instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> text(entry.getKey()) + "=" + text(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (answer instanceof Collection<?> many) {
      return many.stream().map(Shown::text).collect(Collectors.joining(", ", "[", "]"));
    }
    return answer.toString();
  }

  static String failure(Throwable thrown) {
    Throwable failure = thrown;
    while ((failure instanceof CompletionException || failure instanceof ExecutionException)
        && failure.getCause() != null) {
      failure = failure.getCause();
    }
    Throwable cause = failure.getCause();
    return "%s: %s%s"
        .formatted(
            failure.getClass().getSimpleName(),
            failure.getMessage(),
            cause == null ? "" : " <- " + cause.getClass().getSimpleName());
  }
}
