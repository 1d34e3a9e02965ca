package dev.holdfast.pool;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import dev.holdfast.internal.metrics.Guarded;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connect: leave from the gate, the connector, the connect timeout. It holds a place of the
 * roster from before its first step to its one outcome, and a permit from the gate's leave to the
 * same; whatever gate, executor and connector throw or never answer, a timer that is set before any
 * of them is asked brings that outcome.
 */
final class Dial<C> implements Runnable {

  private final PoolCore<C> pool;
  private final Slot<C> slot;
  private final @Nullable CompletableFuture<Boolean> added;
  private final AtomicBoolean settled = new AtomicBoolean();
  private final AtomicReference<@Nullable Permit> permit = new AtomicReference<>();
  private final AtomicReference<@Nullable C> arrived = new AtomicReference<>();
  private volatile @Nullable CompletionStage<C> stage;
  private volatile @Nullable Turn turn;
  private volatile Runnable timer = () -> {};
  private volatile long beganAt;

  Dial(PoolCore<C> pool) {
    this(pool, null);
  }

  /**
   * @param added to be told of the outcome, on the pool's executor
   */
  Dial(PoolCore<C> pool, @Nullable CompletableFuture<Boolean> added) {
    this.pool = pool;
    this.slot = new Slot<>(pool);
    this.added = added;
  }

  /** Begins; the place is reserved. */
  void begin() {
    beganAt = pool.ticker.fresh();
    if (!pool.begins(this)) {
      fail(pool.closed(), 0);
    } else if (arm()) {
      pool.environment.executor().execute(this);
    }
  }

  /** False if there is no timer to be had, which ends the dial: nothing would if it hung. */
  private boolean arm() {
    timer.run();
    try {
      timer =
          pool.environment
              .scheduler()
              .after(PoolSettings.nanos(pool.settings.connectTimeout()), this::overdue);
    } catch (Throwable noTimer) {
      fail(noTimer, 0);
      return false;
    }
    if (settled.get()) {
      timer.run();
    }
    return !settled.get();
  }

  @Override
  public void run() {
    PoolCore.Entrance entrance = pool.entrance;
    if (settled.get()) {
      return;
    }
    if (entrance == null) {
      connect();
      return;
    }
    try {
      long timeout = PoolSettings.nanos(pool.settings.connectTimeout());
      enter(entrance.gate().admit(entrance.remote(), timeout));
    } catch (Throwable gateFailed) {
      fail(gateFailed, 0);
    }
  }

  private void enter(@Nullable Admission answer) {
    if (answer instanceof Admission.Go go) {
      permit.set(go.permit());
      if (settled.get()) {
        giveUpPermit();
      } else {
        connect();
      }
    } else if (answer instanceof Admission.Wait wait) {
      later(wait.nanos(), wait.turn());
    } else if (answer instanceof Admission.Refused refused) {
      fail(refused.cause(), refused.retryNanos());
    } else {
      fail(new NullPointerException("the connect gate gave no answer"), 0);
    }
  }

  private void later(long nanos, Turn next) {
    turn = next;
    if (settled.get()) {
      leaveLine();
    } else {
      pool.environment
          .scheduler()
          .after(nanos, () -> pool.environment.executor().execute(() -> again(next)));
    }
  }

  private void again(Turn next) {
    if (settled.get()) {
      return;
    }
    try {
      turn = null;
      enter(next.again());
    } catch (Throwable gateFailed) {
      fail(gateFailed, 0);
    }
  }

  private void connect() {
    if (!arm()) {
      return;
    }
    try {
      CompletionStage<C> connecting = pool.connector.connect(slot);
      stage = connecting;
      connecting.whenComplete(this::completed);
      if (settled.get()) {
        cancel(connecting);
      }
    } catch (Throwable connectorFailed) {
      fail(connectorFailed, 0);
    }
  }

  private void completed(@Nullable C connection, @Nullable Throwable failure) {
    if (connection == null) {
      fail(failure == null ? new NullPointerException("no connection") : failure, 0);
    } else if (!arrived.compareAndSet(null, connection)) {
      if (arrived.get() != connection) {
        tooLate(connection); // a stage that answers twice
      }
    } else if (settled.compareAndSet(false, true)) {
      timer.run();
      open(connection);
    } else {
      tooLate(connection);
    }
  }

  private void tooLate(C connection) {
    pool.roster.late();
    pool.close(connection, new Ending(CloseReason.TOO_LATE, null), null);
  }

  private void open(C connection) {
    Permit booked = permit.getAndSet(null);
    if (booked != null) {
      Guarded.run("a connect gate", booked::connected);
    }
    DoubleSupplier random = pool.environment.random();
    slot.connected(
        connection,
        booked,
        PoolSettings.nanos(pool.settings.plan().lifetime(random.getAsDouble())),
        pool.settings.plan().requests(random.getAsDouble()).orElse(Long.MAX_VALUE));
    boolean added = pool.roster.add(slot);
    pool.ended(this);
    if (!added) {
      pool.close(connection, new Ending(CloseReason.POOL_CLOSED, null), booked);
      tell(pool.closed());
      return;
    }
    pool.filler.connected(pool.ticker.fresh() - beganAt);
    if (slot.ready()) {
      pool.prover.prove(slot);
    }
    tell(null);
    if (pool.roster.closed()) {
      slot.retire(CloseReason.POOL_CLOSED, null);
    } else {
      pool.filler.demand();
    }
  }

  private void overdue() {
    giveUp(
        new TimeoutException(
            "not connected within " + pool.settings.connectTimeout().toMillis() + " ms"));
  }

  /** Nobody waits for it any more. */
  void poolClosed() {
    giveUp(pool.closed());
  }

  private void giveUp(Throwable why) {
    fail(why, 0);
    CompletionStage<C> connecting = stage;
    if (connecting != null) {
      cancel(connecting);
    }
  }

  private static void cancel(CompletionStage<?> connecting) {
    try {
      connecting.toCompletableFuture().cancel(false);
    } catch (Throwable notCancellable) { // what it brings is closed as too late
      PoolCore.LOG.debug("a connect cannot be cancelled", notCancellable);
    }
  }

  private void fail(Throwable failure, long leastNanos) {
    if (!settled.compareAndSet(false, true)) {
      return;
    }
    timer.run();
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof PoolClosedException) {
      giveUpPermit();
    } else {
      Permit booked = permit.getAndSet(null);
      if (booked != null) {
        Guarded.run("a connect gate", () -> booked.failed(cause));
      }
    }
    leaveLine();
    pool.filler.failed(cause, leastNanos);
    pool.ended(this);
    tell(cause);
  }

  private void giveUpPermit() {
    Permit booked = permit.getAndSet(null);
    if (booked != null) {
      Guarded.run("a connect gate", () -> booked.closed(Closer.LOCAL));
    }
  }

  private void leaveLine() {
    Turn waiting = turn;
    turn = null;
    if (waiting != null) {
      Guarded.run("a connect gate", waiting::leave);
    }
  }

  private void tell(@Nullable Throwable failure) {
    CompletableFuture<Boolean> asked = added;
    if (asked != null) {
      pool.environment
          .executor()
          .execute(
              () -> {
                if (failure == null) {
                  asked.complete(true);
                } else {
                  asked.completeExceptionally(failure);
                }
              });
    }
  }
}
