package dev.holdfast.pool;

import dev.holdfast.connect.Admission;
import dev.holdfast.connect.Permit;
import dev.holdfast.connect.Turn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connect: leave from the gate, the connector, the connect timeout. It holds a place of the
 * roster from before its first step to its one outcome.
 */
final class Dial<C> implements Runnable {

  private final PoolCore<C> pool;
  private final Slot<C> slot;
  private final @Nullable CompletableFuture<Boolean> added;
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile @Nullable Permit permit;
  private volatile @Nullable CompletionStage<C> stage;
  private volatile Runnable timer = () -> {};

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

  @Override
  public void run() {
    PoolCore.Entrance entrance = pool.entrance;
    if (entrance == null) {
      connect();
    } else {
      long timeout = PoolSettings.nanos(pool.settings.connectTimeout());
      enter(entrance.gate().admit(entrance.remote(), timeout));
    }
  }

  private void enter(Admission answer) {
    if (answer instanceof Admission.Go go) {
      permit = go.permit();
      connect();
    } else if (answer instanceof Admission.Wait wait) {
      later(wait.nanos(), wait.turn());
    } else if (answer instanceof Admission.Refused refused) {
      fail(refused.cause(), refused.retryNanos());
    }
  }

  private void later(long nanos, Turn turn) {
    pool.surroundings
        .scheduler()
        .after(
            nanos,
            () -> {
              if (pool.roster.closed()) {
                turn.leave();
                fail(pool.closed(), 0);
              } else {
                pool.surroundings.executor().execute(() -> enter(turn.again()));
              }
            });
  }

  private void connect() {
    timer =
        pool.surroundings
            .scheduler()
            .after(PoolSettings.nanos(pool.settings.connectTimeout()), this::overdue);
    CompletionStage<C> connecting;
    try {
      connecting = pool.connector.connect(slot);
    } catch (RuntimeException e) {
      fail(e, 0);
      return;
    }
    stage = connecting;
    connecting.whenComplete(this::completed);
    if (settled.get()) {
      connecting.toCompletableFuture().cancel(false);
    }
  }

  private void completed(@Nullable C connection, @Nullable Throwable failure) {
    if (connection == null) {
      fail(failure == null ? new NullPointerException("no connection") : failure, 0);
    } else if (settled.compareAndSet(false, true)) {
      timer.run();
      open(connection);
    } else {
      close(connection, CloseReason.TOO_LATE);
    }
  }

  private void open(C connection) {
    Permit booked = permit;
    if (booked != null) {
      booked.connected();
    }
    DoubleSupplier random = pool.surroundings.random();
    slot.connected(
        connection,
        booked,
        PoolSettings.nanos(pool.settings.plan().lifetime(random.getAsDouble())),
        pool.settings.plan().requests(random.getAsDouble()).orElse(Long.MAX_VALUE));
    if (!pool.roster.add(slot)) {
      if (booked != null) {
        booked.closed(dev.holdfast.connect.Closer.LOCAL);
      }
      close(connection, CloseReason.POOL_CLOSED);
      tell(pool.closed());
      return;
    }
    pool.filler.connected();
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

  private void close(C connection, CloseReason reason) {
    pool.surroundings.executor().execute(() -> pool.close(connection, reason));
  }

  private void overdue() {
    fail(
        new TimeoutException(
            "not connected within " + pool.settings.connectTimeout().toMillis() + " ms"),
        0);
    CompletionStage<C> connecting = stage;
    if (connecting != null) {
      connecting.toCompletableFuture().cancel(false);
    }
  }

  private void fail(Throwable failure, long leastNanos) {
    if (settled.compareAndSet(false, true)) {
      timer.run();
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      Permit booked = permit;
      if (booked != null) {
        booked.failed(cause);
      }
      pool.filler.failed(cause, leastNanos);
      tell(cause);
    }
  }

  private void tell(@Nullable Throwable failure) {
    CompletableFuture<Boolean> asked = added;
    if (asked != null) {
      pool.surroundings
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
