package dev.holdfast.channel;

import dev.holdfast.metrics.Guarded;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One timer for the short waits of all connections on an event loop. A timer of its own for each
 * use of a connection wakes an idle loop once more for each call; waits that end together cost the
 * loop ten wake-ups a second, however many they are, and none while nothing waits. Confined to the
 * event loop.
 */
public final class LoopTicks {

  /** Between ticks, while anything waits. */
  public static final Duration TICK = Duration.ofMillis(100);

  /** Present while it ticks: nothing of this library stays with an event loop at rest. */
  private static final FastThreadLocal<LoopTicks> TICKING = new FastThreadLocal<>();

  /** What waits again and again. Confined to the event loop. */
  public static final class Wait {
    private @Nullable Runnable task;

    /**
     * Waits for nothing yet.
     *
     * @param task to be run on the event loop
     */
    public Wait(Runnable task) {
      this.task = task;
    }

    /** Is never run again, and keeps nothing of its task. */
    public void end() {
      task = null;
    }
  }

  private final EventExecutor loop;
  private List<Wait> next = new ArrayList<>();
  private List<Wait> afterNext = new ArrayList<>();

  private LoopTicks(EventExecutor loop) {
    this.loop = loop;
  }

  /**
   * Runs a task with the second tick from now: after {@link #TICK} at the earliest, and after two
   * at the latest if the loop is not held up.
   *
   * @param loop the event loop of the calling thread
   * @param wait for the task; it may be waiting already, and then runs twice
   */
  public static void runAfterNext(EventExecutor loop, Wait wait) {
    LoopTicks ticks = TICKING.getIfExists();
    if (ticks == null || ticks.loop != loop) {
      ticks = new LoopTicks(loop);
      TICKING.set(ticks);
      ticks.tickLater();
    }
    ticks.afterNext.add(wait);
  }

  /** Counted from now, so that a tick that comes late shortens nobody's wait. */
  private void tickLater() {
    loop.schedule(this::tick, TICK.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tick() {
    List<Wait> due = next;
    next = afterNext;
    afterNext = new ArrayList<>();
    for (Wait wait : due) {
      if (wait.task != null) {
        Guarded.run("a watch over a connection", wait.task);
      }
    }
    if (!next.isEmpty() || !afterNext.isEmpty()) {
      tickLater();
    } else if (TICKING.getIfExists() == this) {
      TICKING.remove();
    }
  }
}
