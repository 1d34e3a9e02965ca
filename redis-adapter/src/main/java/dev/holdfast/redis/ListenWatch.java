package dev.holdfast.redis;

import dev.holdfast.internal.wire.ListenJudge;
import dev.holdfast.internal.wire.PathTrial.Ruling;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches a channel on which the server speaks unasked, subscribed or tracking keys, while no call
 * is in flight: one timer a second while it is silent, and no byte in the session. Where there is
 * no kernel to ask, or a hop's would answer, nothing is watched. Confined to the event loop.
 */
final class ListenWatch {

  private final GuardedChannel guarded;
  private final PathDoubts doubts;
  private final ListenJudge judge;
  private @Nullable Future<?> nextLook;

  ListenWatch(GuardedChannel guarded, PathDoubts doubts) {
    this.guarded = guarded;
    this.doubts = doubts;
    this.judge = new ListenJudge(guarded.wire(), doubts::askPath);
  }

  /** Nothing is in flight any more. */
  void begin() {
    if (nextLook == null) {
      lookAgain();
    }
  }

  /** The channel is gone, or the guard closed. */
  void end() {
    if (nextLook != null) {
      nextLook.cancel(false);
      nextLook = null;
    }
  }

  private void lookAgain() {
    nextLook =
        guarded
            .channel()
            .eventLoop()
            .schedule(this::look, judge.pause().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void look() {
    nextLook = null;
    if (!guarded.open()) {
      return;
    }
    if (!guarded.stack().isEmpty() || !guarded.session().listens()) {
      judge.rest(); // calls in flight are watched elsewhere; then it begins again
      return;
    }
    Ruling ruling = judge.judge(guarded.snapshot(System.nanoTime()));
    if (ruling instanceof Ruling.Condemned condemned) {
      doubts.condemn(condemned.cause(), condemned.evidence(), condemned.pathWorked());
      return;
    }
    if (ruling instanceof Ruling.Lit lit) {
      guarded.wasDark(lit.dark(), false);
    }
    lookAgain();
  }
}
