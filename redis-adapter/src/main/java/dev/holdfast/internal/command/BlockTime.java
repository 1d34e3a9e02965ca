package dev.holdfast.internal.command;

import java.util.concurrent.TimeUnit;

/** How long a blocking command lets its server wait before it answers all the same. */
public final class BlockTime {

  /** It may wait for ever, or nobody can tell. */
  public static final long NO_END = Long.MAX_VALUE;

  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  private BlockTime() {}

  /**
   * How long its server may wait, as its arguments say.
   *
   * @param name of the command, as sent, in upper case
   * @param words its arguments
   * @return nanoseconds; {@link #NO_END} for 0 and for what cannot be read
   */
  public static long nanos(String name, CommandWords words) {
    return switch (name) {
      case "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX" ->
          nanos(words, words.count() - 1, SECOND);
      case "BLMPOP", "BZMPOP" -> nanos(words, 0, SECOND);
      case "WAIT", "WAITAOF" -> nanos(words, words.count() - 1, MILLISECOND);
      case "XREAD", "XREADGROUP" -> nanos(words, words.behind("BLOCK"), MILLISECOND);
      default -> NO_END;
    };
  }

  private static long nanos(CommandWords words, int position, double unit) {
    double time = words.numberAt(position);
    return time > 0 ? (long) Math.min(time * unit, NO_END) : NO_END;
  }
}
