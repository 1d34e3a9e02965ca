package dev.holdfast.benchmarks.soak;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a subscriber heard of the numbers published, and when. Thread-safe. */
final class Listener extends RedisPubSubAdapter<String, String> {

  private final Map<Integer, Long> heard = new ConcurrentHashMap<>();

  /**
   * What a subscriber did not hear, or late.
   *
   * @param missing messages Redis took and it never heard
   * @param deafNanos the longest time from a message to the next it heard, its own or a later one
   * @param sinceNanos when the first of these was published, as of the fault's first message
   */
  record Deafness(long missing, long deafNanos, long sinceNanos) {

    static final Deafness NONE = new Deafness(0, 0, 0);

    Deafness with(Deafness other) {
      Deafness longer = deafNanos >= other.deafNanos ? this : other;
      return new Deafness(missing + other.missing, longer.deafNanos, longer.sinceNanos);
    }

    /** In milliseconds, for people. */
    String line() {
      return "%d after %d".formatted(deafNanos / 1_000_000, sinceNanos / 1_000_000);
    }
  }

  @Override
  public void message(String channel, String message) {
    heard.putIfAbsent(Integer.parseInt(message), System.nanoTime());
  }

  /** By the fault under way when a message was published. */
  Map<Integer, Deafness> deafness(List<Broadcast.Message> messages) {
    Map<Integer, Long> begins = new HashMap<>();
    messages.forEach(message -> begins.putIfAbsent(message.episode(), message.nanos()));
    Map<Integer, Deafness> byEpisode = new HashMap<>();
    long next = Long.MAX_VALUE; // when the first of the later messages was heard
    for (int number = messages.size() - 1; number >= 0; number--) {
      Broadcast.Message message = messages.get(number);
      Long at = heard.get(number);
      if (at != null) {
        next = Math.min(next, at);
      }
      if (message.taken() || at != null) {
        // Nothing is known of how long it went on after the last message.
        long deaf = next == Long.MAX_VALUE ? 0 : Math.max(0, next - message.nanos());
        long since = message.nanos() - begins.getOrDefault(message.episode(), message.nanos());
        Deafness own = new Deafness(at == null ? 1 : 0, deaf, since);
        byEpisode.merge(message.episode(), own, Deafness::with);
      }
    }
    return byEpisode;
  }
}
