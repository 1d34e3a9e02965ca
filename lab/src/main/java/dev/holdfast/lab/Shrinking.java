package dev.holdfast.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What differs between two runs of one program, and which of its steps are enough for that. For the
 * differential tests of the clients. Stateless.
 */
public final class Shrinking {

  private static final int MOST_SHOWN = 4;

  private Shrinking() {}

  /**
   * Runs a program once more.
   *
   * @param <S> a step
   * @param <D> what a difference is told as
   * @param <E> what a run may throw
   */
  @FunctionalInterface
  public interface Trial<S, D, E extends Exception> {

    /**
     * Runs these steps both ways.
     *
     * @param steps some of the program's, in their order
     * @return what differs; empty if nothing does
     * @throws E if it cannot be run
     */
    Optional<D> run(List<S> steps) throws E;
  }

  /**
   * What is left of a program.
   *
   * @param steps that still differ
   * @param difference of the latest run of them
   * @param <S> a step
   * @param <D> what a difference is told as
   */
  public record Shortest<S, D>(List<S> steps, D difference) {}

  /**
   * Compares what two runs have shown, line by line.
   *
   * @param one of them
   * @param other the other
   * @return the first lines that differ; empty if none does
   */
  public static Optional<String> between(List<String> one, List<String> other) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
      String left = i < one.size() ? one.get(i) : "(nothing)";
      String right = i < other.size() ? other.get(i) : "(nothing)";
      if (!Objects.equals(left, right) && found.size() < MOST_SHOWN) {
        found.add("one   " + left + "\n    other " + right);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join("\n    ", found));
  }

  /**
   * Leaves out steps, half of them at first and one at a time in the end, for as long as the rest
   * still differs.
   *
   * @param steps of a program that differs
   * @param difference as it was found
   * @param mostRuns after which it is left as it is
   * @param trial runs it once more
   * @param <S> a step
   * @param <D> what a difference is told as
   * @param <E> what a run may throw
   * @return the fewest steps found
   * @throws E if a run does
   */
  public static <S, D, E extends Exception> Shortest<S, D> shortest(
      List<S> steps, D difference, int mostRuns, Trial<S, D, E> trial) throws E {
    List<S> fewest = steps;
    D shown = difference;
    int runs = 0;
    for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk /= 2) {
      for (int from = 0; from < fewest.size() && runs < mostRuns; ) {
        List<S> fewer = new ArrayList<>(fewest);
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        Optional<D> still = trial.run(fewer);
        runs++;
        if (still.isPresent()) {
          fewest = fewer;
          shown = still.get();
        } else {
          from += chunk;
        }
      }
    }
    return new Shortest<>(List.copyOf(fewest), shown);
  }
}
