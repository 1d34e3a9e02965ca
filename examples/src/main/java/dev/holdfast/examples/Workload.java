package dev.holdfast.examples;

import dev.holdfast.examples.Call.Ending;
import dev.holdfast.examples.Call.Kind;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Several threads on one shared connection; every INCR has a counter of its own. */
final class Workload implements AutoCloseable {
  static final int THREADS = 4;

  /** No thread begins another call after this long, so that a stalled client ends its burst. */
  private static final Duration LONGEST_BURST = Duration.ofMillis(2500);

  /**
   * A wakening service gets one request, then others: the first meets the idle connection alone.
   */
  private static final Duration STAGGER = Duration.ofMillis(10);

  private static final Duration GAP = Duration.ofMillis(5);
  private static final int LONGEST_ERROR = 90;

  private final String keyPrefix;
  private final RedisCommands<String, String> redis;
  private final WireTrace wire;
  private final long start;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final AtomicInteger ids = new AtomicInteger();
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> errors = new TreeMap<>();

  Workload(String keyPrefix, RedisCommands<String, String> redis, WireTrace wire, long start) {
    this.keyPrefix = keyPrefix;
    this.redis = redis;
    this.wire = wire;
    this.start = start;
  }

  /** Starts a burst of INCRs, each followed by a GET, on all threads. */
  Burst burst(int callsPerThread) {
    return burst(callsPerThread, true);
  }

  /** Starts a burst of INCRs on all threads. */
  Burst incrementsOnly(int callsPerThread) {
    return burst(callsPerThread, false);
  }

  private Burst burst(int callsPerThread, boolean withReads) {
    int before = calls.size();
    long deadline = System.nanoTime() + LONGEST_BURST.toNanos();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Duration delay = STAGGER.multipliedBy(i);
      running.add(threads.submit(() -> callRepeatedly(callsPerThread, withReads, delay, deadline)));
    }
    return new Burst(before, running);
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  /** What failed calls threw, with how many did. */
  Map<String, Long> errors() {
    synchronized (errors) {
      return new TreeMap<>(errors);
    }
  }

  private void callRepeatedly(int times, boolean withReads, Duration delay, long deadline) {
    String key = "";
    pause(delay);
    for (int i = 0; i < times && System.nanoTime() - deadline < 0; i++) {
      if (!withReads || i % 2 == 0) {
        key = keyPrefix + ids.incrementAndGet();
        call(Kind.INCR, key);
      } else {
        call(Kind.GET, key);
      }
      pause(GAP);
    }
  }

  private static void pause(Duration length) {
    try {
      TimeUnit.NANOSECONDS.sleep(length.toNanos());
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted between calls", e);
    }
  }

  private void call(Kind kind, String key) {
    long age = wire.ageNanos();
    long begun = System.nanoTime();
    Ending ending = Ending.SUCCEEDED;
    try {
      if (kind == Kind.INCR) {
        redis.incr(key);
      } else {
        redis.get(key);
      }
    } catch (RuntimeException thrown) {
      boolean ambiguous = AmbiguousOutcomeException.in(thrown).isPresent();
      ending = ambiguous ? Ending.AMBIGUOUS : Ending.FAILED;
      note(thrown);
    }
    calls.add(new Call(key, kind, begun - start, System.nanoTime() - begun, age, ending));
  }

  private void note(RuntimeException thrown) {
    String text = thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    String brief = text.length() > LONGEST_ERROR ? text.substring(0, LONGEST_ERROR) + "…" : text;
    synchronized (errors) {
      errors.merge(brief, 1L, Long::sum);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** A burst under way. */
  final class Burst {
    private final int before;
    private final List<Future<?>> running;

    private Burst(int before, List<Future<?>> running) {
      this.before = before;
      this.running = running;
    }

    int callsMade() {
      return calls.size() - before;
    }

    /** Waits for all threads and says how it went. */
    String await() throws InterruptedException {
      for (Future<?> thread : running) {
        try {
          thread.get();
        } catch (ExecutionException e) {
          throw new IllegalStateException("A workload thread failed", e.getCause());
        }
      }
      List<Call> made = List.copyOf(calls).subList(before, calls.size());
      long failed = made.stream().filter(call -> call.ending() == Ending.FAILED).count();
      long ambiguous = made.stream().filter(call -> call.ending() == Ending.AMBIGUOUS).count();
      return "%d of %d failed%s"
          .formatted(
              failed, made.size(), ambiguous == 0 ? "" : ", %d ambiguous".formatted(ambiguous));
    }
  }
}
