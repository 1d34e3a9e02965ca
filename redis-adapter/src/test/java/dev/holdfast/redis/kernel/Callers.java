package dev.holdfast.redis.kernel;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Fifty callers of one client, each with a call in flight at any moment: half of them increment a
 * key of its own for each call, so that the server can be asked how often each call ran; half of
 * them read.
 */
public final class Callers implements AutoCloseable {

  public static final int CALLERS = 50;

  private static final long PAUSE_NANOS = 2_000_000;

  private static final long NOT_IN_A_CALL = Long.MIN_VALUE;

  /** What they call. */
  private interface Calls {
    void get(String key) throws Exception;

    void incr(String key) throws Exception;
  }

  private final Calls calls;
  private final Duration patience;
  private final String name;
  private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
  private final AtomicLongArray callStarted = new AtomicLongArray(CALLERS);
  private final AtomicLong longestNanos = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();
  private final Set<String> increments = ConcurrentHashMap.newKeySet();
  private final Set<String> answered = ConcurrentHashMap.newKeySet();
  private final Set<String> ambiguous = ConcurrentHashMap.newKeySet();
  private final Set<String> failures = ConcurrentHashMap.newKeySet();
  private volatile boolean running = true;

  /** What came of all calls; {@code unclear} holds only increments reported as ambiguous. */
  public record Outcome(
      int increments,
      int answered,
      int unclear,
      long reads,
      List<String> duplicates,
      List<String> falseSuccesses,
      Set<String> failures,
      long longestMillis) {

    public String summary() {
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

  Callers(String name, StatefulRedisConnection<String, String> connection) {
    this(
        name,
        KernelBed.SOON,
        new Calls() {
          @Override
          public void get(String key) throws Exception {
            connection.async().get(key).get(60, TimeUnit.SECONDS);
          }

          @Override
          public void incr(String key) throws Exception {
            connection.async().incr(key).get(60, TimeUnit.SECONDS);
          }
        });
  }

  /**
   * Of Jedis, whose pool has a connection for each.
   *
   * @param name of their keys
   * @param client whose calls take no longer than half a minute
   */
  public Callers(String name, UnifiedJedis client) {
    this(
        name,
        Duration.ofSeconds(30),
        new Calls() {
          @Override
          public void get(String key) {
            client.get(key);
          }

          @Override
          public void incr(String key) {
            client.incr(key);
          }
        });
  }

  private Callers(String name, Duration patience, Calls calls) {
    this.name = name;
    this.patience = patience;
    this.calls = calls;
    for (int caller = 0; caller < CALLERS; caller++) {
      int number = caller;
      callStarted.set(caller, NOT_IN_A_CALL);
      threads.execute(() -> call(number));
    }
  }

  /** Every caller has made some calls. */
  public void awaitBusy() {
    awaitProgress("all callers are busy", 5L * CALLERS);
  }

  public void awaitMore(int more) {
    awaitProgress("calls are answered again", answered.size() + reads.get() + more);
  }

  private void awaitProgress(String what, long made) {
    Await.until(what, KernelBed.SOON, () -> answered.size() + reads.get() >= made);
  }

  /** How many calls have failed without a type that says what became of them. */
  public int failed() {
    return failures.size();
  }

  /** How many callers have waited for one answer for longer than this. */
  long waitingLongerThan(Duration time) {
    long now = System.nanoTime();
    long count = 0;
    for (int caller = 0; caller < CALLERS; caller++) {
      long started = callStarted.get(caller);
      if (started != NOT_IN_A_CALL && now - started > time.toNanos()) {
        count++;
      }
    }
    return count;
  }

  /** Lets every caller finish its call. */
  public Outcome stop(RedisServer redis) throws InterruptedException {
    running = false;
    threads.shutdown();
    if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(waitingLongerThan(Duration.ZERO) + " callers hang");
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
      callStarted.set(caller, started);
      String key = "%s:%d:%d".formatted(name, caller, call);
      try {
        if (caller % 2 == 0) {
          increment(key);
        } else {
          calls.get("greeting");
          reads.incrementAndGet();
        }
      } catch (InterruptedException closing) {
        return;
      } catch (Exception failed) {
        failures.add(key + ": " + failed);
      }
      callStarted.set(caller, NOT_IN_A_CALL);
      longestNanos.accumulateAndGet(System.nanoTime() - started, Math::max);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void increment(String key) throws Exception {
    increments.add(key);
    try {
      calls.incr(key);
      answered.add(key);
    } catch (ExecutionException | JedisException failed) {
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
