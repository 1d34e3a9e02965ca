package dev.holdfast.benchmarks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What each pool did with so many threads, all measured in turn. */
final class PooledScores {
  private static final int MOST_BLOCKS = 5;

  private final Map<PooledClient, Score> scores = new EnumMap<>(PooledClient.class);

  /** The rounds of one contender and how long its calls took in them. */
  private record Score(List<Slice> rounds, Latencies latencies) {}

  private PooledScores(List<PooledClient> kinds) {
    for (PooledClient kind : kinds) {
      scores.put(kind, new Score(new ArrayList<>(), new Latencies()));
    }
  }

  /**
   * As for a shared connection, several blocks with clients, pools and connections of their own.
   *
   * @param warmUp blocks to be thrown away first
   */
  static PooledScores measure(
      List<PooledClient> kinds, int threads, int port, int size, Effort effort, int warmUp)
      throws Exception {
    PooledScores counted = new PooledScores(kinds);
    int blocks = Math.min(MOST_BLOCKS, effort.rounds());
    try (Crew crew = new Crew(threads)) {
      for (int i = -warmUp; i < blocks; i++) {
        PooledScores scores = i < 0 ? new PooledScores(kinds) : counted;
        scores.block(crew, port, size, effort.in(blocks));
      }
    }
    return counted;
  }

  private void block(Crew crew, int port, int size, Effort effort) throws Exception {
    Deque<PooledContender> open = new ArrayDeque<>();
    try {
      List<Load> warmUp = new ArrayList<>();
      List<Load> loads = new ArrayList<>();
      for (Map.Entry<PooledClient, Score> each : scores.entrySet()) {
        PooledContender contender = each.getKey().open(port, size);
        open.push(contender);
        warmUp.add(contender.gets(new Latencies()));
        loads.add(contender.gets(each.getValue().latencies()));
      }
      RotatedRun.measure(crew, warmUp, effort.warmUpRounds(), effort.slice());
      List<List<Slice>> rounds = RotatedRun.measure(crew, loads, effort.rounds(), effort.slice());
      int at = 0;
      for (Score score : scores.values()) {
        for (List<Slice> round : rounds) {
          score.rounds().add(round.get(at));
        }
        at++;
      }
    } finally {
      for (PooledContender contender : open) {
        contender.close();
      }
    }
  }

  /** Both, round by round; it is the rival that stands for the bare one. */
  Comparison compare(PooledClient rival, PooledClient subject) {
    List<Slice> bare = score(rival).rounds();
    List<Slice> guarded = score(subject).rounds();
    List<Comparison.Round> rounds = new ArrayList<>();
    for (int i = 0; i < bare.size(); i++) {
      rounds.add(new Comparison.Round(bare.get(i), guarded.get(i)));
    }
    return new Comparison(rounds);
  }

  /** In microseconds. */
  double p99(PooledClient kind) {
    return score(kind).latencies().quantile(0.99) / 1000;
  }

  private Score score(PooledClient kind) {
    Score score = scores.get(kind);
    if (score == null) {
      throw new IllegalArgumentException(kind.label() + " was not measured");
    }
    return score;
  }
}
