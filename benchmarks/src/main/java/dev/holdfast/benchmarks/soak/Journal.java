package dev.holdfast.benchmarks.soak;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every call made, and which fault was under way. Thread-safe. */
final class Journal {

  private final Map<Client, Queue<Call>> calls = new ConcurrentHashMap<>();
  private volatile int episode;
  private final List<Long> begins = new CopyOnWriteArrayList<>(List.of(System.nanoTime()));

  int episode() {
    return episode;
  }

  /** Calls that end from now on belong to the next fault. */
  int next() {
    int started = episode + 1;
    begins.add(System.nanoTime());
    episode = started; // one thread injects faults
    return started;
  }

  /** Since the fault under way began. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - begins.get(episode));
  }

  /** The fault that was under way so long ago. */
  int episodeBefore(Duration time) {
    long then = System.nanoTime() - time.toNanos();
    int found = episode;
    while (found > 0 && begins.get(found) - then > 0) {
      found--;
    }
    return found;
  }

  void add(Call call) {
    calls.computeIfAbsent(call.client(), any -> new ConcurrentLinkedQueue<>()).add(call);
  }

  List<Client> clients() {
    return List.copyOf(calls.keySet());
  }

  List<Call> calls(Client client) {
    return List.copyOf(calls.getOrDefault(client, new ConcurrentLinkedQueue<>()));
  }

  void clear() {
    calls.clear();
  }
}
