package dev.holdfast.internal.diagnosis;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What became of the other connections to the same endpoint within a second of a death.
 *
 * @param died how many others died within that second
 * @param proved how many others, idle at least as long before, were used with success since
 * @param alike whether the idle ages of those that died are alike: the spread between quartiles is
 *     at most a fifth of the median. Connections of one age that die together may have met a
 *     timeout; of unlike ages, they did not
 */
public record Siblings(int died, int proved, Answer alike) {

  /** Nothing is known of others. */
  public static final Siblings UNKNOWN = new Siblings(0, 0, Answer.UNKNOWN);

  /** Fewer deaths than these, its own included, are no crowd. */
  static final int CROWD = 3;

  /** {@code (Q3 - Q1) / median} above which ages are unlike. */
  private static final double SPREAD = 0.2;

  /**
   * Counts the deaths around one.
   *
   * @param own the idle age of the connection that is diagnosed
   * @param others the idle ages of the others that died within a second of it
   * @param proved how many others, idle at least as long before, were used with success since
   * @return the count
   */
  public static Siblings of(Duration own, List<Duration> others, int proved) {
    List<Duration> ages = Stream.concat(Stream.of(own), others.stream()).toList();
    Answer alike = others.isEmpty() ? Answer.UNKNOWN : Answer.of(!unlike(ages));
    return new Siblings(others.size(), proved, alike);
  }

  /** Whether ages spread so far that no idle limit explains them. */
  static boolean unlike(List<Duration> ages) {
    List<Duration> sorted = ages.stream().sorted().toList();
    int last = sorted.size() - 1;
    long lower = sorted.get(last / 4).toNanos();
    long upper = sorted.get(last - last / 4).toNanos();
    long median = sorted.get(sorted.size() / 2).toNanos();
    return upper - lower > SPREAD * median;
  }

  /** Whether many died together. */
  Answer together() {
    if (died + 1 >= CROWD && died > proved) {
      return Answer.YES;
    }
    return died == 0 && proved > 0 ? Answer.NO : Answer.UNKNOWN;
  }

  /** Many died together at ages no idle limit explains. */
  Answer crowdOfUnlikeAges() {
    return together().and(alike.not());
  }

  String text() {
    String ages =
        switch (alike) {
          case YES -> " of like idle age";
          case NO -> " of unlike idle ages";
          case UNKNOWN -> "";
        };
    return died > 0
        ? "%d siblings died within a second%s".formatted(died, ages)
        : "%d siblings idle as long are alive".formatted(proved);
  }
}
