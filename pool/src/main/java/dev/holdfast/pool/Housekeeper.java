package dev.holdfast.pool;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Goes round all connections: retires what is at the end of its lifetime or idle for too long, has
 * proved what comes near its safe age, reports leases that stay out. It acts two sweeps ahead, so
 * that a borrower seldom meets a connection it must not take; whether it may take one does not
 * depend on it.
 */
final class Housekeeper<C> {

  private final PoolCore<C> pool;
  private final long period;
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final AtomicBoolean going = new AtomicBoolean();

  Housekeeper(PoolCore<C> pool) {
    this.pool = pool;
    this.period = pool.settings.sweepNanos();
  }

  /** Sweeps now and then until the pool is closed. */
  void start() {
    going.set(true);
    try {
      sweep();
    } catch (Throwable e) { // the next one may do better
      PoolCore.LOG.warn("{}: a sweep failed", pool.settings.name(), e);
    }
    try {
      if (!pool.roster.closed()) {
        pool.timers.after(period, this::start);
      }
    } catch (Throwable noTimer) {
      going.set(false);
      PoolCore.LOG.debug("{}: no timer", pool.settings.name(), noTimer);
    }
  }

  /** Begins again where a timer was refused. */
  void ensure() {
    if (!going.get() && going.compareAndSet(false, true)) {
      start();
    }
  }

  /** Sweeps soon: a waiter has met connections it must not take. */
  void now() {
    if (!sweeping.get()) {
      pool.environment.executor().execute(this::sweep);
    }
  }

  void sweep() {
    if (!sweeping.compareAndSet(false, true)) {
      return;
    }
    try {
      pool.ticker.tick();
      pool.finder.doubt();
      long now = pool.ticker.now();
      int spare = spare();
      for (Slot<C> slot : pool.roster.live()) {
        long seen = slot.word;
        if (StateWord.lease(seen) > 0) {
          pool.filler.useful();
        }
        if (StateWord.phase(seen) == StateWord.LEASED) {
          watch(slot, seen, now);
        } else if (StateWord.phase(seen) == StateWord.IDLE && !keep(slot, seen, now, spare > 0)) {
          spare--;
        }
      }
      pool.filler.demand();
      pool.pass();
    } finally {
      sweeping.set(false);
    }
  }

  private int spare() {
    int idle = 0;
    for (Slot<C> slot : pool.roster.live()) {
      if (StateWord.phase(slot.word) == StateWord.IDLE) {
        idle++;
      }
    }
    return idle - pool.settings.minIdle() - pool.waiters.count();
  }

  /** False if it was closed. */
  private boolean keep(Slot<C> slot, long seen, long now, boolean spare) {
    PoolSettings settings = pool.settings;
    long age = now - slot.lastUse;
    if (now >= slot.retireAt) {
      return !slot.retireIdle(seen, CloseReason.LIFETIME);
    }
    if (age >= settings.safeNanos()) {
      return !slot.retireIdle(seen, CloseReason.IDLE_LIMIT);
    }
    boolean ageing = now >= slot.lendUntil - 2 * period;
    if (spare && (ageing || age >= settings.idleTimeoutNanos())) {
      return !slot.retireIdle(seen, CloseReason.SURPLUS);
    }
    if (ageing && slot.retireAt - now <= 2 * period) {
      return !slot.retireIdle(seen, CloseReason.LIFETIME);
    }
    if (ageing && !settings.provable()) {
      return !slot.retireIdle(seen, CloseReason.IDLE_LIMIT);
    }
    if (ageing || !StateWord.lendable(seen)) {
      slot.proveIdle();
    } else if (age >= Slot.YOUNG_NANOS) {
      pool.prover.inspect(slot);
    }
    return true;
  }

  private void watch(Slot<C> slot, long seen, long now) {
    long held = now - slot.watch.seen(StateWord.withoutFlags(seen), now);
    if (held >= pool.settings.leakNanos() && slot.watch.report()) {
      OutstandingLease out = PoolCore.outstanding(slot, held);
      pool.meters.leaked();
      PoolCore.LOG.warn(
          "{}: a connection has been on loan for {} s{}",
          pool.settings.name(),
          out.heldFor().toSeconds(),
          out.borrower().isPresent() ? "" : " (its borrower was not sampled)",
          out.borrower().orElse(null));
    }
  }
}
