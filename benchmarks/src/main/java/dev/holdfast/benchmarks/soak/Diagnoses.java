package dev.holdfast.benchmarks.soak;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.report.DiagnosisEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** What the guards said, held against the fault under way when they said it. Thread-safe. */
final class Diagnoses {

  private final Queue<Said> said = new ConcurrentLinkedQueue<>();
  private final Journal journal;

  /** A guard waits so long for a next connection, which a pool may not need. */
  private static final Duration PATIENCE = Duration.ofSeconds(16);

  /**
   * One diagnosis.
   *
   * @param episode the fault under way
   * @param earliest the first fault it may be meant for
   * @param age of the fault under way
   */
  private record Said(
      int episode, int earliest, Duration age, String client, DiagnosisEvent event) {}

  /** How a diagnosis relates to the fault injected. */
  enum Match {
    /** Everything named is the fault or what a client cannot tell from it. */
    RIGHT,
    /** So it is of a fault before, for a diagnosis waits for the next connection. */
    LATE,
    /** So is some of it. */
    PARTLY,
    /** None is. */
    WRONG,
    /** Nothing is named. */
    UNEXPLAINED;

    static Match of(Set<Explanation> named, Set<Explanation> stated, List<SoakFault> earlier) {
      if (named.isEmpty()) {
        return UNEXPLAINED;
      }
      boolean right = stated.containsAll(named);
      if (!right && earlier.stream().anyMatch(fault -> fault.stated().containsAll(named))) {
        return LATE;
      }
      long fitting = named.stream().filter(stated::contains).count();
      return fitting == named.size() ? RIGHT : fitting > 0 ? PARTLY : WRONG;
    }
  }

  Diagnoses(Journal journal) {
    this.journal = journal;
  }

  Consumer<DiagnosisEvent> of(String client) {
    return event ->
        said.add(
            new Said(
                journal.episode(), journal.episodeBefore(PATIENCE), journal.age(), client, event));
  }

  /** How many of each match there are, by fault. */
  Map<SoakFault, Map<Match, Integer>> matches(List<SoakFault> faults) {
    Map<SoakFault, Map<Match, Integer>> counts = new EnumMap<>(SoakFault.class);
    for (Said one : said) {
      SoakFault fault = faults.get(one.episode());
      counts
          .computeIfAbsent(fault, any -> new EnumMap<>(Match.class))
          .merge(match(one, faults), 1, Integer::sum);
    }
    return counts;
  }

  /** What was not right: fault, client, what happened and what was named, each with its number. */
  Map<String, Integer> strays(List<SoakFault> faults) {
    Map<String, Integer> lines = new TreeMap<>();
    for (Said one : said) {
      SoakFault fault = faults.get(one.episode());
      Match match = match(one, faults);
      if (match != Match.RIGHT) {
        lines.merge(
            "%s, %s: %s %s of %s"
                .formatted(
                    fault.label(),
                    one.client(),
                    match,
                    one.event().diagnosis().tag(),
                    one.event().what()),
            1,
            Integer::sum);
      }
    }
    return lines;
  }

  /** An example of each kind of {@link #strays}, with its evidence. */
  List<String> examples(List<SoakFault> faults) {
    Map<String, String> lines = new TreeMap<>();
    for (Said one : said) {
      SoakFault fault = faults.get(one.episode());
      if (match(one, faults) != Match.RIGHT) {
        lines.putIfAbsent(
            fault.label() + one.client() + one.event().diagnosis().tag(),
            String.format(
                Locale.ROOT,
                "%s after %s, %.1f s after its begin: %s",
                fault.label(),
                faults.get(Math.max(0, one.episode() - 1)).label(),
                one.age().toMillis() / 1e3,
                one.event().line()));
      }
    }
    return new ArrayList<>(lines.values());
  }

  private static Match match(Said one, List<SoakFault> faults) {
    return Match.of(
        one.event().diagnosis().explanations(),
        faults.get(one.episode()).stated(),
        faults.subList(one.earliest(), one.episode()));
  }
}
