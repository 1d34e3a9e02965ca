package dev.holdfast.benchmarks.soak;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Every call made, and which fault was under way. Thread-safe. */
final class Journal {

  private final Map<Client, Queue<Call>> calls = new ConcurrentHashMap<>();
  private volatile int episode;
  private volatile long began = System.nanoTime();

  int episode() {
    return episode;
  }

  /** Calls that begin from now on belong to the next fault. */
  int next() {
    int started = episode + 1;
    began = System.nanoTime();
    episode = started; // one thread injects faults
    return started;
  }

  long nanosOfEpisode() {
    return System.nanoTime() - began;
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
