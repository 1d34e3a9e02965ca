package dev.holdfast.redis;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A command that the server may be about to decline. Lettuce's cluster commands listen for {@code
 * MOVED} in the same way. Confined to the event loop of the channel it is on.
 */
final class DeclinedCommand<K, V, T> extends CommandWrapper<K, V, T> {

  private @Nullable Predicate<DeclinedCommand<?, ?, ?>> taker;
  private long firstNanos;
  private boolean declined;
  private boolean moved;
  private boolean sentAgain;
  private int tries;

  private DeclinedCommand(RedisCommand<K, V, T> command) {
    super(command);
  }

  /** The command, or one that stands for it, such that what is answered to it comes to a taker. */
  static RedisCommand<?, ?, ?> of(
      RedisCommand<?, ?, ?> command, Predicate<DeclinedCommand<?, ?, ?>> taker) {
    DeclinedCommand<?, ?, ?> known = inside(command);
    DeclinedCommand<?, ?, ?> one = known == null ? new DeclinedCommand<>(command) : known;
    one.taker = taker;
    return known == null ? one : command;
  }

  static boolean comesTo(RedisCommand<?, ?, ?> command, Predicate<DeclinedCommand<?, ?, ?>> taker) {
    DeclinedCommand<?, ?, ?> known = inside(command);
    return known != null && known.taker == taker;
  }

  /** Lettuce wraps what it measures. */
  private static @Nullable DeclinedCommand<?, ?, ?> inside(RedisCommand<?, ?, ?> command) {
    return CommandWrapper.unwrap(command, DeclinedCommand.class);
  }

  @Override
  public void complete() {
    Predicate<DeclinedCommand<?, ?, ?>> mine = taker;
    if (mine == null || !mine.test(this)) {
      super.complete();
    }
  }

  /** Its caller hears what the server said. */
  void answer() {
    try {
      super.complete();
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      Calls.fail(this, foreign); // as Lettuce's command handler does
    }
  }

  /** As if it had never been answered. */
  void forgetAnswer() {
    try {
      CommandOutput<K, V, T> output = getOutput();
      if (output != null) {
        output.setError((String) null);
      }
    } catch (Exception | LinkageError | StackOverflowError foreign) {
      Calls.fail(this, foreign);
    }
  }

  /** How long ago it was declined for the first time; zero if it was not. */
  long declinedForNanos(long nowNanos) {
    if (!declined) {
      declined = true;
      firstNanos = nowNanos;
    }
    return nowNanos - firstNanos;
  }

  /** Counts one more. */
  int tries() {
    return ++tries;
  }

  /** Its server is asked once more. */
  void sentAgain() {
    sentAgain = true;
  }

  boolean wasSentAgain() {
    return sentAgain;
  }

  boolean moved() {
    return moved;
  }

  void moves() {
    moved = true;
  }
}
