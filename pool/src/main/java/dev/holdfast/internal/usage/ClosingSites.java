package dev.holdfast.internal.usage;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The places that close most, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi 2005).
 * A place new to a full table takes over the smallest count, so that a frequent one is never missed
 * and a count is at most that much too high. Confined to its detector's lock.
 */
final class ClosingSites {

  private final int most;
  private final Map<String, Integer> counts = new HashMap<>();

  ClosingSites(int most) {
    this.most = most;
  }

  void add(String site) {
    if (counts.containsKey(site) || counts.size() < most) {
      counts.merge(site, 1, Integer::sum);
      return;
    }
    Map.Entry<String, Integer> least =
        counts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
    int count = least.getValue();
    counts.remove(least.getKey());
    counts.put(site, count + 1);
  }

  /** Forgets: halves every count, drops those at zero; whether any is left. */
  boolean age() {
    counts.replaceAll((site, count) -> count / 2);
    counts.values().removeIf(count -> count == 0);
    return !counts.isEmpty();
  }

  List<Churn.Site> mostOften() {
    return counts.entrySet().stream()
        .map(entry -> new Churn.Site(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.comparingInt(Churn.Site::samples)
                .reversed()
                .thenComparing(Churn.Site::callSite))
        .toList();
  }
}
