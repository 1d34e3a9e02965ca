package dev.holdfast.internal.retry;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks for a kind of throwable among the causes of another, and among what they suppressed. */
public final class CauseChain {

  /** Deeper chains are cyclic or useless. */
  private static final int DEPTH = 32;

  private CauseChain() {}

  /**
   * The first of the type.
   *
   * @param thrown where to begin
   * @param type what is looked for
   * @param <T> the same
   * @return empty if it is not there
   */
  public static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
    @Nullable Throwable current = thrown;
    for (int depth = 0; current != null && depth < DEPTH; depth++) {
      if (type.isInstance(current)) {
        return Optional.of(type.cast(current));
      }
      for (Throwable suppressed : current.getSuppressed()) {
        if (type.isInstance(suppressed)) {
          return Optional.of(type.cast(suppressed)); // an earlier attempt of the same call
        }
      }
      current = current.getCause();
    }
    return Optional.empty();
  }
}
