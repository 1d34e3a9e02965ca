package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.wire.WireVerdict;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Proves connections that nobody uses, so that no borrower waits for a proof. One that does not
 * answer by the plan's ping timeout is closed, unless its connector has reason to wait.
 * Thread-safe, never blocks.
 */
final class Prover<C> {

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PoolCore<C> pool;

  Prover(PoolCore<C> pool) {
    this.pool = pool;
  }

  /**
   * Asks the server.
   *
   * @param slot RESERVED by the caller
   */
  void prove(Slot<C> slot) {
    if (!pool.settings.provable()) {
      slot.close(CloseReason.UNPROVED, null);
      return;
    }
    new Proof(slot).begin();
  }

  /**
   * One question. A timer that is set before the connector is asked ends it, whatever that throws
   * or never answers.
   */
  private final class Proof {
    private final Slot<C> slot;
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile boolean asked;
    private volatile long askedAt;
    private volatile long askedNanos;
    private volatile Runnable timer = () -> {};

    private Proof(Slot<C> slot) {
      this.slot = slot;
    }

    private void begin() {
      if (arm()) {
        pool.environment.executor().execute(this::ask);
      }
    }

    private boolean arm() {
      return arm(PoolSettings.nanos(pool.settings.plan().pingTimeout()));
    }

    private boolean arm(long nanos) {
      timer.run();
      try {
        timer = pool.environment.scheduler().after(nanos, this::overdue);
      } catch (Throwable noTimer) { // unasked, the path is not to blame
        settle(CloseReason.UNPROVED, null);
        return false;
      }
      return !settled.get();
    }

    private void ask() {
      if (settled.get() || !arm()) {
        return;
      }
      askedAt = pool.ticker.fresh();
      askedNanos = System.nanoTime();
      asked = true;
      try {
        pool.connector
            .prove(slot.connection())
            .whenComplete((verdict, failure) -> answered(cause(verdict)));
      } catch (Throwable connectorFailed) {
        answered(Cause.PING_UNANSWERED);
      }
    }

    private void overdue() {
      if (!asked) {
        settle(CloseReason.UNPROVED, null);
        return;
      }
      long left =
          askedAt + PoolSettings.nanos(pool.settings.plan().userTimeout()) - pool.ticker.fresh();
      if (left <= 0) {
        answered(Cause.PING_UNANSWERED);
      } else if (arm(left)) { // the second opinion may never come
        pool.environment.executor().execute(this::askBeside);
      }
    }

    private void askBeside() {
      if (settled.get()) {
        return;
      }
      try {
        pool.connector
            .forgotten(slot.connection(), askedNanos)
            .whenComplete((forgotten, failure) -> judged(!Boolean.FALSE.equals(forgotten)));
      } catch (Throwable connectorFailed) {
        answered(Cause.PING_UNANSWERED);
      }
    }

    private void judged(boolean forgotten) {
      if (forgotten) {
        answered(Cause.PING_UNANSWERED);
      } else if (!settled.get()) {
        arm(LOOK_NANOS);
      }
    }

    private void answered(@Nullable Cause failure) {
      settle(failure == null ? null : CloseReason.UNPROVED, failure);
    }

    private void settle(@Nullable CloseReason end, @Nullable Cause failure) {
      if (settled.compareAndSet(false, true)) {
        timer.run();
        settled(slot, end, failure);
      }
    }
  }

  private static @Nullable Cause cause(@Nullable WireVerdict verdict) {
    if (verdict instanceof WireVerdict.Usable) {
      return null;
    }
    return verdict instanceof WireVerdict.Dead dead ? dead.cause() : Cause.PING_UNANSWERED;
  }

  private void settled(Slot<C> slot, @Nullable CloseReason end, @Nullable Cause failure) {
    pool.meters.proved(end == null);
    if (end == null) {
      if (slot.ready()) {
        prove(slot);
      }
      return;
    }
    long idleSince = slot.lastUse;
    slot.close(end, failure);
    if (failure != null && pool.settings.plan().silentExpiry()) {
      suspectIdleSince(idleSince);
    }
  }

  /** What forgot one flow has forgotten those idle as long. */
  void suspectIdleSince(long lastUse) {
    for (Slot<C> slot : pool.roster.live()) {
      if (StateWord.phase(slot.word) == StateWord.IDLE && slot.lastUse <= lastUse) {
        slot.suspect();
      }
    }
  }

  /** Reads what the kernel knows of an idle connection. */
  void inspect(Slot<C> slot) {
    pool.environment
        .executor()
        .execute(
            () -> {
              try {
                pool.connector
                    .snapshot(slot.connection())
                    .thenAccept(snapshot -> judge(slot, WireJudge.idle(snapshot)));
              } catch (Throwable e) {
                PoolCore.LOG.debug("{}: no reading", pool.settings.name(), e);
              }
            });
  }

  private static <C> void judge(Slot<C> slot, WireVerdict verdict) {
    if (verdict instanceof WireVerdict.Dead dead) {
      slot.dead(dead.cause());
    } else if (verdict instanceof WireVerdict.Suspect) {
      slot.suspect();
    }
  }
}
