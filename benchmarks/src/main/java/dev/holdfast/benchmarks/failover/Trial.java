package dev.holdfast.benchmarks.failover;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One scene, played once for a bare and a guarded client side by side. */
public final class Trial {

  /** Within this a caller succeeds, or does not. */
  public static final Duration LIMIT = Duration.ofSeconds(12);

  private static final long PAUSE_MICROS = 500;

  /**
   * What one client met.
   *
   * @param millis from the event's beginning to the first success of a call made after it was done;
   *     {@link #LIMIT} if there was none
   * @param succeeded whether there was one
   * @param failed calls that failed until then
   * @param twice what ran more than once
   */
  public record Seen(long millis, boolean succeeded, long failed, long twice) {

    @Override
    public String toString() {
      return succeeded ? String.valueOf(millis) : "none";
    }
  }

  /**
   * What both met.
   *
   * @param name of the scene
   * @param bare without a guard
   * @param guarded with one
   */
  public record Result(String name, Seen bare, Seen guarded) {}

  private static final class Attempts extends Thread {

    private final Caller caller;
    private final AtomicLong eventAt;
    private final AtomicBoolean done;
    private final CountDownLatch works = new CountDownLatch(1);
    private long failed;
    private long succeededAt;

    Attempts(Caller caller, AtomicLong eventAt, AtomicBoolean done) {
      this.caller = caller;
      this.eventAt = eventAt;
      this.done = done;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (succeededAt == 0 && !late()) {
        boolean after = done.get();
        boolean succeeds = attempt(eventAt.get() != 0);
        if (eventAt.get() == 0) {
          works.countDown();
        } else if (succeeds && after) {
          succeededAt = System.nanoTime();
        }
      }
    }

    private boolean late() {
      long event = eventAt.get();
      return event != 0 && System.nanoTime() - event > LIMIT.toNanos();
    }

    private boolean attempt(boolean counts) {
      try {
        boolean succeeds = caller.call();
        TimeUnit.MICROSECONDS.sleep(PAUSE_MICROS);
        return succeeds;
      } catch (Exception failure) {
        failed += counts ? 1 : 0;
        return false;
      }
    }

    Seen seen(long twice) {
      boolean succeeded = succeededAt != 0;
      long nanos = succeeded ? succeededAt - eventAt.get() : LIMIT.toNanos();
      return new Seen(TimeUnit.NANOSECONDS.toMillis(nanos), succeeded, failed, twice);
    }
  }

  private Trial() {}

  static Result of(String name, Scene.Start start) throws Exception {
    try (Scene scene = start.start()) {
      AtomicLong eventAt = new AtomicLong();
      AtomicBoolean done = new AtomicBoolean();
      Attempts bare = new Attempts(scene.caller(false), eventAt, done);
      Attempts guarded = new Attempts(scene.caller(true), eventAt, done);
      bare.start();
      guarded.start();
      bare.works.await();
      guarded.works.await();
      eventAt.set(System.nanoTime());
      scene.happens(() -> done.set(true));
      bare.join(LIMIT.multipliedBy(2).toMillis());
      guarded.join(LIMIT.multipliedBy(2).toMillis());
      return new Result(name, bare.seen(scene.twice(false)), guarded.seen(scene.twice(true)));
    }
  }
}
