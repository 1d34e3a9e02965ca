package dev.holdfast.http.reactor.transparency;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What servers were asked, by run. The first part of a request's path names its run. Thread-safe.
 */
final class Journal {

  private record Asked(List<String> lines, Map<Object, Integer> connections) {}

  private final Map<String, Asked> runs = new ConcurrentHashMap<>();

  /**
   * A request has arrived whole.
   *
   * @param path as asked
   * @param server who was asked
   * @param connection whatever is equal for one connection and no other
   */
  void asked(String path, String server, Object connection, String request) {
    Asked run = run(path.split("/", 3)[1]);
    synchronized (run) {
      int number = run.connections.computeIfAbsent(connection, c -> run.connections.size() + 1);
      run.lines.add(server + " over " + number + ": " + request);
    }
  }

  private Asked run(String name) {
    return runs.computeIfAbsent(name, n -> new Asked(new ArrayList<>(), new HashMap<>()));
  }

  int size(String name) {
    Asked run = run(name);
    synchronized (run) {
      return run.lines.size();
    }
  }

  /** All of a run, which is over. */
  List<String> take(String name) {
    Asked run = run(name);
    runs.remove(name);
    synchronized (run) {
      return List.copyOf(run.lines);
    }
  }
}
