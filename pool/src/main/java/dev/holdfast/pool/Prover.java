package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Proves connections that nobody uses, so that no borrower waits for a proof. One that does not
 * answer by the plan's ping timeout is closed. Thread-safe, never blocks.
 */
final class Prover<C> {

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
    pool.surroundings.executor().execute(() -> ask(slot));
  }

  private void ask(Slot<C> slot) {
    AtomicBoolean settled = new AtomicBoolean();
    Runnable timer =
        pool.surroundings
            .scheduler()
            .after(
                PoolSettings.nanos(pool.settings.plan().pingTimeout()),
                () -> settle(settled, slot, Cause.PING_UNANSWERED));
    try {
      pool.connector
          .prove(slot.connection())
          .whenComplete(
              (verdict, failure) -> {
                timer.run();
                settle(settled, slot, cause(verdict));
              });
    } catch (RuntimeException e) {
      timer.run();
      settle(settled, slot, Cause.PING_UNANSWERED);
    }
  }

  private static @Nullable Cause cause(@Nullable WireVerdict verdict) {
    if (verdict instanceof WireVerdict.Usable) {
      return null;
    }
    return verdict instanceof WireVerdict.Dead dead ? dead.cause() : Cause.PING_UNANSWERED;
  }

  private void settle(AtomicBoolean settled, Slot<C> slot, @Nullable Cause failure) {
    if (!settled.compareAndSet(false, true)) {
      return;
    }
    pool.meters.proved(failure == null);
    if (failure == null) {
      if (slot.ready()) {
        prove(slot);
      }
      return;
    }
    long idleSince = slot.lastUse;
    slot.close(CloseReason.UNPROVED, failure);
    if (pool.settings.plan().silentExpiry()) {
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
    pool.surroundings
        .executor()
        .execute(
            () -> {
              CompletionStage<WireSnapshot> reading;
              try {
                reading = pool.connector.snapshot(slot.connection());
              } catch (RuntimeException e) {
                PoolCore.LOG.debug("{}: no reading", pool.settings.name(), e);
                return;
              }
              reading.thenAccept(snapshot -> judge(slot, WireJudge.idle(snapshot)));
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
