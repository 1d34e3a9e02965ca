package dev.holdfast.redis.jedis.kernel;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.jedis.JedisBed;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** Fifty callers, each with a call in flight at any moment: half increment, half read. */
final class JedisCallers implements AutoCloseable {

  static final int CALLERS = 50;

  private static final long PAUSE_NANOS = 2_000_000;

  private final UnifiedJedis client;
  private final String name;
  private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
  private final AtomicLong longestNanos = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();
  private final Set<String> increments = ConcurrentHashMap.newKeySet();
  private final Set<String> answered = ConcurrentHashMap.newKeySet();
  private final Set<String> ambiguous = ConcurrentHashMap.newKeySet();
  private final Set<String> failures = ConcurrentHashMap.newKeySet();
  private volatile boolean running = true;

  /** What came of all calls; {@code unclear} holds only increments reported as ambiguous. */
  record Outcome(
      int increments,
      int answered,
      int unclear,
      long reads,
      List<String> duplicates,
      List<String> falseSuccesses,
      Set<String> failures,
      long longestMillis) {

    String summary() {
      return "%d increments, %d answered, %d ambiguous, %d reads, %d failures, %d duplicates, longest %d ms"
          .formatted(
              increments,
              answered,
              unclear,
              reads,
              failures.size(),
              duplicates.size(),
              longestMillis);
    }
  }

  JedisCallers(String name, UnifiedJedis client) {
    this.name = name;
    this.client = client;
    for (int caller = 0; caller < CALLERS; caller++) {
      int number = caller;
      threads.execute(() -> call(number));
    }
  }

  /** Every caller has made some calls. */
  void awaitBusy() {
    awaitProgress("all callers are busy", 5L * CALLERS);
  }

  void awaitMore(int calls) {
    awaitProgress("calls are answered again", answered.size() + reads.get() + calls);
  }

  private void awaitProgress(String what, long calls) {
    Await.until(what, JedisBed.SOON, () -> answered.size() + reads.get() >= calls);
  }

  int failed() {
    return failures.size();
  }

  /** Lets every caller finish its call. */
  Outcome stop(RedisServer redis) throws InterruptedException {
    running = false;
    threads.shutdown();
    if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("callers hang");
    }
    Map<String, Long> ran = redis.counters(increments);
    List<String> duplicates = new ArrayList<>();
    List<String> falseSuccesses = new ArrayList<>();
    ran.forEach(
        (key, times) -> {
          if (times > 1) {
            duplicates.add(key);
          }
          if (times == 0 && answered.contains(key)) {
            falseSuccesses.add(key);
          }
        });
    return new Outcome(
        increments.size(),
        answered.size(),
        ambiguous.size(),
        reads.get(),
        duplicates,
        falseSuccesses,
        failures,
        TimeUnit.NANOSECONDS.toMillis(longestNanos.get()));
  }

  private void call(int caller) {
    for (int call = 0; running; call++) {
      long started = System.nanoTime();
      String key = "%s:%d:%d".formatted(name, caller, call);
      try {
        if (caller % 2 == 0) {
          increment(key);
        } else {
          client.get("greeting");
          reads.incrementAndGet();
        }
      } catch (RuntimeException failed) {
        failures.add(key + ": " + failed);
      }
      longestNanos.accumulateAndGet(System.nanoTime() - started, Math::max);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void increment(String key) {
    increments.add(key);
    try {
      client.incr(key);
      answered.add(key);
    } catch (JedisException failed) {
      if (AmbiguousOutcomeException.in(failed).isEmpty()) {
        throw failed;
      }
      ambiguous.add(key);
    }
  }

  @Override
  public void close() {
    running = false;
    threads.shutdownNow();
  }
}
