package dev.holdfast.benchmarks.failover;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One scene, played once for a bare and a guarded client side by side. */
public final class Trial {

  /** So long after the event is over a caller succeeds, or does not. */
  public static final Duration LIMIT = Duration.ofSeconds(12);

  /** In place of a count that nobody keeps. */
  public static final long NOBODY_COUNTS = -1;

  private static final Duration WORKS = Duration.ofSeconds(30);
  private static final long PAUSE_MICROS = 500;

  /**
   * What one client met.
   *
   * @param millis from the event's beginning to the first success of a call made after it was over;
   *     up to the end of the trial if there was none
   * @param sinceOver the same from its end: the servers were ready by then
   * @param gap longest time without an answer until then
   * @param succeeded whether there was one
   * @param failed calls that failed until then
   * @param twice what ran more than once, or {@link #NOBODY_COUNTS}
   * @param lost calls made after the event's beginning that succeeded and never ran, as the servers
   *     know it; or {@link #NOBODY_COUNTS}
   */
  public record Seen(
      long millis,
      long sinceOver,
      long gap,
      boolean succeeded,
      long failed,
      long twice,
      long lost) {}

  /**
   * What both met.
   *
   * @param name of the scene
   * @param bare without a guard
   * @param guarded with one
   */
  public record Result(String name, Seen bare, Seen guarded) {}

  /** When it happened; 0 before. */
  private static final class Event {
    private final AtomicLong beganAt = new AtomicLong();
    private final AtomicLong overAt = new AtomicLong();
    private volatile boolean givenUp;

    boolean began() {
      return beganAt.get() != 0;
    }

    boolean over() {
      return overAt.get() != 0;
    }

    boolean longAgo() {
      return givenUp || (over() && System.nanoTime() - overAt.get() > LIMIT.toNanos());
    }
  }

  private static final class Attempts extends Thread {

    private final Caller caller;
    private final Event event;
    private final CountDownLatch works = new CountDownLatch(1);
    private final Set<String> acknowledged = new HashSet<>();
    private long calls;
    private long failed;
    private long latest;
    private long gap;
    private boolean succeeded;

    Attempts(Caller caller, Event event) {
      this.caller = caller;
      this.event = event;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        while (!succeeded && !event.longAgo()) {
          attempt();
          TimeUnit.MICROSECONDS.sleep(PAUSE_MICROS);
        }
      } catch (InterruptedException ended) {
        // the trial was given up
      }
    }

    private void attempt() {
      boolean over = event.over();
      boolean began = event.began();
      String id = String.valueOf(calls++);
      try {
        boolean succeeds = caller.call(id);
        answered(id, began);
        succeeded = succeeds && over;
      } catch (Exception failure) {
        failed += began ? 1 : 0;
      }
    }

    private void answered(String id, boolean began) {
      long now = System.nanoTime();
      if (event.began()) {
        gap = Math.max(gap, now - Math.max(latest, event.beganAt.get()));
      }
      if (began) {
        acknowledged.add(id);
      }
      latest = now;
      works.countDown();
    }

    Seen seen(@Nullable Map<String, Long> ran) {
      long end = succeeded ? latest : System.nanoTime();
      long silent = succeeded ? gap : Math.max(gap, end - Math.max(latest, event.beganAt.get()));
      long twice = NOBODY_COUNTS;
      long lost = NOBODY_COUNTS;
      if (ran != null) {
        twice = ran.values().stream().mapToLong(count -> count - 1).sum();
        lost = acknowledged.stream().filter(id -> !ran.containsKey(id)).count();
      }
      return new Seen(
          TimeUnit.NANOSECONDS.toMillis(end - event.beganAt.get()),
          TimeUnit.NANOSECONDS.toMillis(end - event.overAt.get()),
          TimeUnit.NANOSECONDS.toMillis(silent),
          succeeded,
          failed,
          twice,
          lost);
    }
  }

  private Trial() {}

  static Result of(String name, Scene.Start start) throws Exception {
    Event event = new Event();
    try (Scene scene = start.start()) {
      Attempts bare = new Attempts(scene.caller(false), event);
      Attempts guarded = new Attempts(scene.caller(true), event);
      bare.start();
      guarded.start();
      works(bare);
      works(guarded);
      event.beganAt.set(System.nanoTime());
      scene.happens(() -> event.overAt.compareAndSet(0, System.nanoTime()));
      end(bare);
      end(guarded);
      return new Result(name, bare.seen(scene.ran(false)), guarded.seen(scene.ran(true)));
    } finally {
      event.givenUp = true;
    }
  }

  private static void works(Attempts one) throws InterruptedException {
    if (!one.works.await(WORKS.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("a client does not work before anything has happened");
    }
  }

  private static void end(Attempts one) throws InterruptedException {
    one.join(LIMIT.multipliedBy(3).toMillis());
    if (one.isAlive()) {
      throw new IllegalStateException("a call has not ended in " + LIMIT.multipliedBy(2));
    }
  }
}
