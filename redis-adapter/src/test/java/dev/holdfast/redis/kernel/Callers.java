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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Fifty callers on one connection, each with a call in flight at any moment: half of them increment
 * a key of its own for each call, so that the server can be asked how often each call ran; half of
 * them read.
 */
final class Callers implements AutoCloseable {

  static final int CALLERS = 50;

  private static final long PAUSE_NANOS = 2_000_000;

  private static final long NOT_IN_A_CALL = Long.MIN_VALUE;

  private final StatefulRedisConnection<String, String> connection;
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
      return "%d increments, %d answered, %d ambiguous, %d reads, %d failures, %d duplicates"
          .formatted(increments, answered, unclear, reads, failures.size(), duplicates.size());
    }
  }

  Callers(String name, StatefulRedisConnection<String, String> connection) {
    this.name = name;
    this.connection = connection;
    for (int caller = 0; caller < CALLERS; caller++) {
      int number = caller;
      callStarted.set(caller, NOT_IN_A_CALL);
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
    Await.until(what, KernelBed.SOON, () -> answered.size() + reads.get() >= calls);
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
  Outcome stop(RedisServer redis) throws InterruptedException {
    running = false;
    threads.shutdown();
    if (!threads.awaitTermination(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS)) {
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
          connection.async().get("greeting").get(60, TimeUnit.SECONDS);
          reads.incrementAndGet();
        }
      } catch (InterruptedException closing) {
        return;
      } catch (ExecutionException | TimeoutException | RuntimeException failed) {
        failures.add(key + ": " + failed);
      }
      callStarted.set(caller, NOT_IN_A_CALL);
      longestNanos.accumulateAndGet(System.nanoTime() - started, Math::max);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void increment(String key)
      throws InterruptedException, ExecutionException, TimeoutException {
    increments.add(key);
    try {
      connection.async().incr(key).get(60, TimeUnit.SECONDS);
      answered.add(key);
    } catch (ExecutionException failed) {
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
