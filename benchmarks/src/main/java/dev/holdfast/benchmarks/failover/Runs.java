package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.sync.RedisHashCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How often each call ran, counted by the servers. */
final class Runs {

  private final Map<String, Long> ran = new ConcurrentHashMap<>();

  /** A call that must not run twice; the server counts it in a field of its own. */
  static boolean run(RedisHashCommands<String, String> calls, String key, String id) {
    return calls.hincrby(key, id, 1) > 0;
  }

  /** What calls of {@link #run} have left behind at a server. */
  static Map<String, Long> of(RedisServer redis, String key) {
    Map<String, Long> counts = new HashMap<>();
    List<String> words = redis.command("HGETALL", key).lines().toList();
    for (int i = 0; i + 1 < words.size(); i += 2) {
      counts.put(words.get(i), Long.parseLong(words.get(i + 1)));
    }
    return counts;
  }

  static String key(boolean guarded) {
    return guarded ? "guarded" : "bare";
  }

  /** An HTTP request for {@code /who/id} has been run. */
  void request(String path) {
    ran.merge(path.substring(path.startsWith("/") ? 1 : 0), 1L, Long::sum);
  }

  static String path(boolean guarded, String id) {
    return "/" + key(guarded) + "/" + id;
  }

  Map<String, Long> requests(boolean guarded) {
    String own = key(guarded) + "/";
    Map<String, Long> counts = new HashMap<>();
    ran.forEach(
        (path, count) -> {
          if (path.startsWith(own)) {
            counts.put(path.substring(own.length()), count);
          }
        });
    return counts;
  }
}
