package dev.holdfast.benchmarks.soak;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/** What the clients threw, each kind of it counted. Thread-safe. */
final class Failures {

  private static final int LONGEST = 150;

  private final Map<Kind, Integer> counts = new ConcurrentHashMap<>();

  private record Kind(Client client, int episode, String text) {}

  void add(Client client, int episode, Outcome outcome, Throwable thrown) {
    String message = String.valueOf(thrown.getMessage()).replaceAll("\\d+", "#");
    String text = "%s %s: %s".formatted(outcome, thrown.getClass().getSimpleName(), message);
    String line = text.lines().findFirst().orElse("");
    Kind kind = new Kind(client, episode, line.substring(0, Math.min(LONGEST, line.length())));
    counts.merge(kind, 1, Integer::sum);
  }

  /** One line for each side, client, fault and text, with its number. */
  Map<String, Integer> byFault(IntFunction<String> fault) {
    Map<String, Integer> lines = new TreeMap<>();
    counts.forEach(
        (kind, count) ->
            lines.merge(
                "%s, %s: %s".formatted(fault.apply(kind.episode()), kind.client(), kind.text()),
                count,
                Integer::sum));
    return lines;
  }
}
