package dev.holdfast.benchmarks.soak;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds what callers saw against what the servers did. */
final class Judge {

  private final ServerCount server;
  private final Map<String, Map<String, Long>> appended = new HashMap<>();
  private final Map<String, Set<String>> overtaken = new HashMap<>();

  Judge(ServerCount server) {
    this.server = server;
    server.lists().forEach(this::read);
  }

  private void read(String list, List<String> numbers) {
    Map<String, Long> times = new HashMap<>();
    Set<String> late = new HashSet<>();
    long highest = Long.MIN_VALUE;
    for (String number : numbers) {
      // What is there twice is doubled, not out of order.
      if (times.merge(number, 1L, Long::sum) == 1 && Long.parseLong(number) < highest) {
        late.add(number);
      }
      highest = Math.max(highest, Long.parseLong(number));
    }
    appended.put(list, times);
    overtaken.put(list, late);
  }

  /**
   * Judges calls of one client.
   *
   * @param calls in any order
   * @return a score for each episode there are calls of
   */
  Map<Integer, Score> scores(Collection<Call> calls) {
    Map<Integer, Score> scores = new HashMap<>();
    for (Call call : calls) {
      judge(call, scores.computeIfAbsent(call.episode(), any -> new Score()));
    }
    return scores;
  }

  private void judge(Call call, Score score) {
    score.add(call);
    switch (call.work()) {
      case PLAIN -> {}
      case INCREMENT -> score.ran(call, server.counter(ServerCount.incrementKey(call.id())));
      case TRANSACTION -> {
        long first = server.counter(ServerCount.firstKey(call.id()));
        long second = server.counter(ServerCount.secondKey(call.id()));
        score.ran(call, Math.max(first, second));
        if (first != second) {
          score.tore();
        }
      }
      case APPEND -> {
        String list = call.client().list();
        score.ran(call, appended.getOrDefault(list, Map.of()).getOrDefault(call.id(), 0L));
        if (overtaken.getOrDefault(list, Set.of()).contains(call.id())) {
          score.overtaken();
        }
      }
      case POST -> score.ran(call, server.posts().getOrDefault(call.id(), 0L));
    }
  }
}
