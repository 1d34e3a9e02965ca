package dev.holdfast.internal.channel;

import dev.holdfast.internal.metrics.Guarded;
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
    private boolean wanted;
    private boolean inList;

    /**
     * Waits for nothing yet.
     *
     * @param task to be run on the event loop
     */
    public Wait(Runnable task) {
      this.task = task;
    }

    /**
     * Whether a tick will look at it, be it still wanted or not.
     *
     * @return true from {@link #runAfterNext} to the tick that was chosen then
     */
    public boolean isInList() {
      return inList;
    }

    /** Waits for nothing any more. Its tick then touches this object alone, not what it is for. */
    public void cancel() {
      wanted = false;
    }

    /** Is never run again, and keeps nothing of its task. */
    public void end() {
      task = null;
    }

    private void run() {
      inList = false;
      if (wanted && task != null) {
        wanted = false;
        Guarded.run("a watch over a connection", task);
      }
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
   * at the latest if the loop is not held up. One that is in the list already runs at its tick
   * there, which may be the very next.
   *
   * @param loop the event loop of the calling thread
   * @param wait for the task
   */
  public static void runAfterNext(EventExecutor loop, Wait wait) {
    LoopTicks ticks = TICKING.getIfExists();
    if (ticks == null || ticks.loop != loop) {
      ticks = new LoopTicks(loop);
      TICKING.set(ticks);
      ticks.tickLater();
    }
    wait.wanted = true;
    if (!wait.inList) {
      wait.inList = true;
      ticks.afterNext.add(wait);
    }
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
      wait.run();
    }
    if (!next.isEmpty() || !afterNext.isEmpty()) {
      tickLater();
    } else if (TICKING.getIfExists() == this) {
      TICKING.remove();
    }
  }
}
