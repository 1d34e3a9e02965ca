package dev.holdfast.benchmarks.broken;

import dev.holdfast.retry.NotExecutedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What a caller was told of one call.
 *
 * @param answer of an answered one
 * @param failure of one that failed
 */
record Outcome(Kind kind, @Nullable Object answer, @Nullable Throwable failure) {

  enum Kind {
    ANSWERED,
    NOT_EXECUTED,
    /** Any other failure: it may have run, once. */
    UNKNOWN,
    WAITING
  }

  static Outcome of(CompletableFuture<?> call) {
    if (!call.isDone()) {
      return new Outcome(Kind.WAITING, null, null);
    }
    if (call.isCancelled()) {
      return new Outcome(Kind.UNKNOWN, null, null);
    }
    try {
      return new Outcome(Kind.ANSWERED, call.getNow(null), null);
    } catch (CompletionException failed) {
      return new Outcome(
          NotExecutedException.in(failed).isPresent() ? Kind.NOT_EXECUTED : Kind.UNKNOWN,
          null,
          failed.getCause());
    }
  }

  boolean answered() {
    return kind == Kind.ANSWERED;
  }

  /** Whether the call may have run so many times. */
  boolean allows(long ran) {
    return switch (kind) {
      case ANSWERED -> ran == 1;
      case NOT_EXECUTED -> ran == 0;
      case UNKNOWN, WAITING -> ran == 0 || ran == 1;
    };
  }
}
