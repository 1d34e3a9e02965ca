package dev.holdfast.benchmarks.exchange;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What all servers of one run were asked, whole requests only. Thread-safe. */
final class Journal {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Map<String, List<String>> lines = new TreeMap<>();
  private final Set<String> arrived = new HashSet<>();

  synchronized void add(String connection, Asked request, String path) {
    lines.computeIfAbsent(connection, first -> new ArrayList<>()).add(connection + ": " + request);
    arrived.add(path);
    notifyAll();
  }

  /** True once for each text. */
  synchronized boolean first(String text) {
    return arrived.add(text);
  }

  /** Waits until a request with this path has arrived whole. */
  synchronized void await(String path) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (!arrived.contains(path)) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }

  /** By connection, for what happens on two of them has no order. */
  synchronized List<String> lines() {
    return lines.values().stream().flatMap(List::stream).toList();
  }
}
