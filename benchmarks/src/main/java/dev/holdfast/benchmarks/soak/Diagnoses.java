package dev.holdfast.benchmarks.soak;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.report.DiagnosisEvent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** What the guards said, held against the fault under way when they said it. Thread-safe. */
final class Diagnoses {

  private final Queue<Said> said = new ConcurrentLinkedQueue<>();
  private final Journal journal;

  private record Said(int episode, String client, DiagnosisEvent event) {}

  /** How a diagnosis relates to the fault injected. */
  enum Match {
    /** Everything named is the fault or what a client cannot tell from it. */
    RIGHT,
    /** So is some of it. */
    PARTLY,
    /** None is. */
    WRONG,
    /** Nothing is named. */
    UNEXPLAINED;

    static Match of(Set<Explanation> named, Set<Explanation> stated) {
      if (named.isEmpty()) {
        return UNEXPLAINED;
      }
      long fitting = named.stream().filter(stated::contains).count();
      return fitting == named.size() ? RIGHT : fitting > 0 ? PARTLY : WRONG;
    }
  }

  Diagnoses(Journal journal) {
    this.journal = journal;
  }

  Consumer<DiagnosisEvent> of(String client) {
    return event -> said.add(new Said(journal.episode(), client, event));
  }

  /** How many of each match there are, by fault. */
  Map<SoakFault, Map<Match, Integer>> matches(IntFunction<SoakFault> faults) {
    Map<SoakFault, Map<Match, Integer>> counts = new EnumMap<>(SoakFault.class);
    for (Said one : said) {
      SoakFault fault = faults.apply(one.episode());
      counts
          .computeIfAbsent(fault, any -> new EnumMap<>(Match.class))
          .merge(match(one, fault), 1, Integer::sum);
    }
    return counts;
  }

  /** What was not right: fault, client, what happened and what was named, each with its number. */
  Map<String, Integer> strays(IntFunction<SoakFault> faults) {
    Map<String, Integer> lines = new TreeMap<>();
    for (Said one : said) {
      SoakFault fault = faults.apply(one.episode());
      Match match = match(one, fault);
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
  List<String> examples(IntFunction<SoakFault> faults) {
    Map<String, String> lines = new TreeMap<>();
    for (Said one : said) {
      SoakFault fault = faults.apply(one.episode());
      if (match(one, fault) != Match.RIGHT) {
        lines.putIfAbsent(
            one.client() + one.event().diagnosis().tag(),
            "%s: %s".formatted(fault.label(), one.event().line()));
      }
    }
    return new ArrayList<>(lines.values());
  }

  private static Match match(Said one, SoakFault fault) {
    return Match.of(one.event().diagnosis().explanations(), fault.stated());
  }
}
