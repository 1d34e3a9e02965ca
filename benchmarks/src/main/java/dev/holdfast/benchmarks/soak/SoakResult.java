package dev.holdfast.benchmarks.soak;

import dev.holdfast.benchmarks.soak.Diagnoses.Match;
import dev.holdfast.benchmarks.soak.Listener.Deafness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What came of a run, as tables. Not thread-safe. */
public final class SoakResult {

  private static final List<String> HEADINGS =
      List.of(
          "fault",
          "side",
          "times",
          "calls",
          "failed",
          "ambig.",
          "not ex.",
          "no conn.",
          "untyped",
          "doubled",
          "torn",
          "order",
          "swapped",
          "lost",
          "denied",
          "longest ms",
          "missing",
          "deaf ms");

  private final List<SoakFault> episodes;
  private final Diagnoses diagnoses;
  private final Failures failures;
  private final Map<Side, Long> processorNanos;
  private final Holdings atBegin;
  private final Holdings atEnd;
  private final Map<Side, Map<SoakFault, Score>> byFault = new EnumMap<>(Side.class);
  private final Map<String, Score> byClient = new TreeMap<>();
  private final Map<Side, Map<SoakFault, Deafness>> deafness = new EnumMap<>(Side.class);
  private final Map<String, List<String>> deafTimes = new TreeMap<>();
  private long heapAtLast;

  /**
   * What is held at a moment.
   *
   * @param process by this process
   * @param threads by each side
   */
  record Holdings(Resources process, Map<Side, Integer> threads) {}

  SoakResult(
      List<SoakFault> episodes,
      Diagnoses diagnoses,
      Failures failures,
      Map<Side, Long> processorNanos,
      Holdings atBegin,
      Holdings atEnd) {
    this.episodes = episodes;
    this.diagnoses = diagnoses;
    this.failures = failures;
    this.processorNanos = processorNanos;
    this.atBegin = atBegin;
    this.atEnd = atEnd;
  }

  void judged(Client client, Map<Integer, Score> scores) {
    scores.forEach(
        (episode, score) -> {
          byFault
              .computeIfAbsent(client.side(), any -> new EnumMap<>(SoakFault.class))
              .computeIfAbsent(episodes.get(episode), any -> new Score())
              .add(score);
          byClient.computeIfAbsent(client.toString(), any -> new Score()).add(score);
        });
  }

  void heard(Side side, Map<Integer, Deafness> byEpisode) {
    Map<SoakFault, Deafness> sums =
        deafness.computeIfAbsent(side, any -> new EnumMap<>(SoakFault.class));
    byEpisode.forEach(
        (episode, deaf) -> {
          SoakFault fault = episodes.get(episode);
          sums.merge(fault, deaf, Deafness::with);
          deafTimes
              .computeIfAbsent(fault.label() + ", " + side.label(), any -> new ArrayList<>())
              .add(deaf.line());
        });
  }

  /** Without what the run itself had noted. */
  void heapAtLast(long bytes) {
    heapAtLast = bytes;
  }

  /**
   * For each kind of fault, and in sum, what both sides suffered.
   *
   * @return rows, the headings first
   */
  public List<List<String>> faults() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    for (SoakFault fault : SoakFault.values()) {
      long times = episodes.stream().filter(fault::equals).count();
      for (Side side : Side.values()) {
        Score score = byFault.getOrDefault(side, Map.of()).get(fault);
        if (score != null) {
          Deafness deaf = deafness.getOrDefault(side, Map.of()).getOrDefault(fault, Deafness.NONE);
          rows.add(row(fault.label(), side.label(), times, score, deaf));
        }
      }
    }
    for (Side side : Side.values()) {
      Deafness deaf =
          deafness.getOrDefault(side, Map.of()).values().stream()
              .reduce(Deafness.NONE, Deafness::with);
      rows.add(row("all", side.label(), episodes.size(), sum(side), deaf));
    }
    return rows;
  }

  /**
   * The same for each client.
   *
   * @return rows, the headings first
   */
  public List<List<String>> clients() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS.subList(3, HEADINGS.size() - 2));
    byClient.forEach((client, score) -> rows.add(figures(score)));
    List<List<String>> named = new ArrayList<>();
    List<String> names = new ArrayList<>(List.of("client"));
    names.addAll(byClient.keySet());
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = new ArrayList<>(List.of(names.get(i)));
      row.addAll(rows.get(i));
      named.add(row);
    }
    return named;
  }

  private Score sum(Side side) {
    Score sum = new Score();
    byFault.getOrDefault(side, Map.of()).values().forEach(sum::add);
    return sum;
  }

  private static List<String> row(
      String fault, String side, long times, Score score, Deafness deaf) {
    List<String> row = new ArrayList<>(List.of(fault, side, Long.toString(times)));
    row.addAll(figures(score));
    row.add(Long.toString(deaf.missing()));
    row.add(Long.toString(deaf.deafNanos() / 1_000_000));
    return row;
  }

  private static List<String> figures(Score score) {
    return Arrays.stream(
            new long[] {
              score.calls(),
              score.failed(),
              score.ambiguous(),
              score.notExecuted(),
              score.notConnected(),
              score.untyped(),
              score.doubled(),
              score.torn(),
              score.outOfOrder(),
              score.swapped(),
              score.lost(),
              score.falselyDenied(),
              score.longestMillis()
            })
        .mapToObj(Long::toString)
        .toList();
  }

  /**
   * The guards' diagnoses held against the faults.
   *
   * @return rows, the headings first
   */
  public List<List<String>> diagnoses() {
    List<List<String>> rows = new ArrayList<>();
    List<String> headings = new ArrayList<>(List.of("diagnoses"));
    for (Match match : Match.values()) {
      headings.add(match.name().toLowerCase(Locale.ROOT));
    }
    rows.add(headings);
    Map<Match, Integer> sums = new EnumMap<>(Match.class);
    diagnoses
        .matches(episodes)
        .forEach(
            (fault, counts) -> {
              rows.add(matches(fault.label(), counts));
              counts.forEach((match, count) -> sums.merge(match, count, Integer::sum));
            });
    rows.add(matches("all", sums));
    return rows;
  }

  /**
   * How many of them name nothing.
   *
   * @return a number
   */
  public int unexplained() {
    return diagnoses.matches(episodes).values().stream()
        .mapToInt(counts -> counts.getOrDefault(Match.UNEXPLAINED, 0))
        .sum();
  }

  private static List<String> matches(String name, Map<Match, Integer> counts) {
    List<String> row = new ArrayList<>(List.of(name));
    for (Match match : Match.values()) {
      row.add(Integer.toString(counts.getOrDefault(match, 0)));
    }
    return row;
  }

  /**
   * What lies behind the tables.
   *
   * @return a line for each kind of failure and each diagnosis that was not right, and examples
   */
  public List<String> details() {
    List<String> lines = new ArrayList<>();
    lines.add("failures:");
    failures
        .byFault(episode -> episodes.get(episode).label())
        .forEach((line, count) -> lines.add("%6d x %s".formatted(count, line)));
    lines.add("subscriber deaf for at most, ms, each time, and since when in the fault:");
    deafTimes.forEach((fault, times) -> lines.add("  %s: %s".formatted(fault, times)));
    lines.add("diagnoses that were not right:");
    diagnoses
        .strays(episodes)
        .forEach((line, count) -> lines.add("%6d x %s".formatted(count, line)));
    lines.addAll(diagnoses.examples(episodes));
    return lines;
  }

  /**
   * What both sides cost.
   *
   * @return lines
   */
  public List<String> costs() {
    List<String> lines = new ArrayList<>();
    for (Side side : Side.values()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: %.3f ms of processor time a call, %d threads at first, %d at last",
              side.label(),
              processorMillisPerCall(side),
              atBegin.threads().getOrDefault(side, 0),
              atEnd.threads().getOrDefault(side, 0)));
    }
    lines.add("at first: " + atBegin.process());
    lines.add(
        String.format(
            Locale.ROOT,
            "at last: %s; %.1f MB without the notes of this run",
            atEnd.process(),
            heapAtLast / 1e6));
    return lines;
  }

  private double processorMillisPerCall(Side side) {
    return processorNanos.getOrDefault(side, 0L) / 1e6 / Math.max(1, sum(side).calls());
  }

  /**
   * The figures of one side in sum.
   *
   * @param side which
   * @return values by metric
   */
  public Map<String, Double> figures(Side side) {
    Score sum = sum(side);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("calls", (double) sum.calls());
    values.put("failed", (double) sum.failed());
    values.put("ambiguous", (double) sum.ambiguous());
    values.put("not-executed", (double) sum.notExecuted());
    values.put("not-connected", (double) sum.notConnected());
    values.put("doubled", (double) sum.doubled());
    values.put("torn", (double) sum.torn());
    values.put("out-of-order", (double) sum.outOfOrder());
    values.put("swapped", (double) sum.swapped());
    values.put("lost", (double) sum.lost());
    values.put("falsely-denied", (double) sum.falselyDenied());
    values.put("processor-ms", processorMillisPerCall(side));
    return values;
  }
}
