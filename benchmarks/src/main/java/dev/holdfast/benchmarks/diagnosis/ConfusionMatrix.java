package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Explanation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts observations. Immutable. */
public final class ConfusionMatrix {

  /** What must never be said of a server that is merely slow. */
  private static final Set<Explanation> DEAD_PATH =
      EnumSet.of(
          Explanation.UNREACHABLE,
          Explanation.PATH_DIED_AFTER_ACK,
          Explanation.FLOW_FORGOTTEN_SILENT,
          Explanation.REPLY_PATH_LOST,
          Explanation.SEGMENT_LOST);

  private final List<Observation> observations;

  /**
   * Counts.
   *
   * @param observations of any faults
   */
  public ConfusionMatrix(List<Observation> observations) {
    this.observations = List.copyOf(observations);
  }

  /**
   * One explanation's score. A set that holds the truth and is stated counts as right for each of
   * its explanations.
   *
   * @param explanation which
   * @param truths observations of which it is the truth
   * @param found how many of these were diagnosed correctly
   * @param named observations for which it was named
   * @param rightly how many of these are stated of the fault
   */
  public record Score(Explanation explanation, int truths, int found, int named, int rightly) {

    /**
     * Of what was named, the part that is right.
     *
     * @return 0 to 1; 1 if it was never named
     */
    public double precision() {
      return named == 0 ? 1 : (double) rightly / named;
    }

    /**
     * Of what was true, the part that was diagnosed correctly.
     *
     * @return 0 to 1
     */
    public double recall() {
      return (double) found / truths;
    }
  }

  /**
   * The sets named for each fault.
   *
   * @return for each fault in the enum's order, how often each set was named
   */
  public Map<Fault, Map<String, Long>> sets() {
    return observations.stream()
        .collect(
            Collectors.groupingBy(
                Observation::fault,
                TreeMap::new,
                Collectors.groupingBy(Observation::text, TreeMap::new, Collectors.counting())));
  }

  /**
   * How often a fault was observed.
   *
   * @param fault which
   * @return observations
   */
  public long observed(Fault fault) {
    return of(fault).count();
  }

  /**
   * How often a fault was diagnosed correctly.
   *
   * @param fault which
   * @return correct observations
   */
  public long correct(Fault fault) {
    return of(fault).filter(Observation::correct).count();
  }

  private Stream<Observation> of(Fault fault) {
    return observations.stream().filter(observation -> observation.fault() == fault);
  }

  /**
   * The score of each explanation that is a fault's truth or was named.
   *
   * @return in the enum's order; those that are no fault's truth have no recall and are left out
   */
  public List<Score> scores() {
    List<Score> scores = new ArrayList<>();
    for (Explanation each : Explanation.values()) {
      List<Observation> truths = with(o -> o.fault().truth().filter(each::equals).isPresent());
      List<Observation> named = with(o -> o.named().contains(each));
      if (!truths.isEmpty()) {
        scores.add(
            new Score(
                each,
                truths.size(),
                (int) truths.stream().filter(Observation::correct).count(),
                named.size(),
                (int) named.stream().filter(o -> o.fault().stated().contains(each)).count()));
      }
    }
    return scores;
  }

  /**
   * Explanations named that are the truth of no fault here and stated of none: their precision is
   * zero, and there is no recall to go with it.
   *
   * @return each, with the number of times
   */
  public Map<Explanation, Long> strays() {
    return observations.stream()
        .flatMap(o -> o.named().stream().filter(each -> !o.fault().stated().contains(each)))
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
  }

  /**
   * Slow servers and shut windows that were called a dead path.
   *
   * @return how many, of all observations of such faults
   */
  public long deadPathsForSlowServers() {
    return observations.stream()
        .filter(o -> o.fault() == Fault.FROZEN || o.fault() == Fault.WINDOW)
        .filter(o -> o.named().stream().anyMatch(DEAD_PATH::contains))
        .count();
  }

  private List<Observation> with(Predicate<Observation> condition) {
    return observations.stream().filter(condition).toList();
  }
}
