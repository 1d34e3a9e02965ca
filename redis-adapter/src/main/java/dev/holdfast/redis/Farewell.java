package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a connection that works, but leads to a server that its name has left. Nothing in flight
 * is cut, nor a transaction: what is new waits until they are through, and moves to the next
 * connection. If that takes longer than a second, because a blocking command is in flight, the
 * connection goes on as it was, and it is tried again later. Confined to the event loop.
 */
final class Farewell {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration LATER = Duration.ofSeconds(10);

  private final GuardedChannel guarded;
  private final String why;
  private final Runnable reopen;

  private boolean pending;
  private @Nullable Future<?> timer;

  /**
   * @param reopen lets what has waited pass
   */
  Farewell(GuardedChannel guarded, String why, Runnable reopen) {
    this.guarded = guarded;
    this.why = why;
    this.reopen = reopen;
  }

  void begin() {
    if (!guarded.open() || !guarded.reconnects()) {
      return;
    }
    if (isQuiet()) {
      guarded.condemn(Cause.DEMOTED, why);
    } else {
      pending = true;
      after(PATIENCE, this::giveUp);
    }
  }

  private boolean isQuiet() {
    return guarded.stack().isEmpty() && !inTransaction();
  }

  /** Or keys are watched for one. */
  private boolean inTransaction() {
    Session session = guarded.session();
    return session.insideTransaction()
        || session.transaction() != Session.Transaction.NONE
        || session.watches() > 0;
  }

  /** Whether what is issued now must wait. */
  boolean holds() {
    return pending && !inTransaction();
  }

  /** The channel was read. */
  void read() {
    if (pending && isQuiet()) {
      end();
      guarded.condemn(Cause.DEMOTED, why);
    }
  }

  /** The channel is gone. */
  void end() {
    pending = false;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void giveUp() {
    pending = false;
    reopen.run();
    long later = ThreadLocalRandom.current().nextLong(LATER.toMillis()) + LATER.toMillis() / 2;
    after(Duration.ofMillis(later), this::begin);
  }

  private void after(Duration pause, Runnable step) {
    timer = guarded.channel().eventLoop().schedule(step, pause.toNanos(), TimeUnit.NANOSECONDS);
  }
}
