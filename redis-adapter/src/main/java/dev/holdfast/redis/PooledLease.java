package dev.holdfast.redis;

import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.internal.usage.CallSite;
import dev.holdfast.pool.Lease;
import dev.holdfast.redis.LentView.Api;
import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A pooled connection on loan, and what its borrower did that is seen on this side of the wire.
 *
 * <p>Answers come in order. Where the last command issued was answered all were, and what they left
 * behind is noted already: such a connection is returned on the spot. Where that is not certain,
 * because a call failed, a future is still open, a publisher may have been subscribed to or a
 * command was issued that changes the session, its event loop looks first.
 */
final class PooledLease<K, V> implements LentView.Terms {

  private static final VarHandle RETURNED = returnedHandle();

  private final ResidueReports reports;
  private final Lease<PooledConnection<K, V>> lease;
  private final PooledConnection<K, V> connection;
  private volatile boolean returned;
  private volatile @Nullable CompletionStage<?> last;
  private volatile boolean uncertain;

  /** Automatic flushing is switched off. */
  private volatile boolean holdsBack;

  /** A command was issued meanwhile and not flushed: it sits in Lettuce's buffer. */
  private volatile boolean unflushed;

  /** A reactive one was, which is issued when it is subscribed to, and nobody knows when. */
  private volatile boolean late;

  private volatile boolean listens;
  private volatile boolean identified;

  PooledLease(ResidueReports reports, Lease<PooledConnection<K, V>> lease) {
    this.reports = reports;
    this.lease = lease;
    this.connection = lease.connection();
  }

  private static VarHandle returnedHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(PooledLease.class, "returned", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  StatefulRedisConnection<K, V> view() {
    return connection.lendable().lend(this);
  }

  ResidueReports reports() {
    return reports;
  }

  @Override
  public boolean lent() {
    return !returned;
  }

  @Override
  public void requireLent() {
    if (!lent()) {
      throw returnedBefore();
    }
  }

  IllegalStateException returnedBefore() {
    return new IllegalStateException(
        "pool %s: this connection was returned before; borrow another and use each until its return only"
            .formatted(reports.pool()));
  }

  @Override
  public CompletableFuture<Void> giveBack() {
    return RETURNED.compareAndSet(this, false, true)
        ? takeBack()
        : CompletableFuture.completedFuture(null);
  }

  /** As {@link #giveBack()}, by the pool, which minds a second time. */
  CompletableFuture<Void> release() {
    return RETURNED.compareAndSet(this, false, true)
        ? takeBack()
        : CompletableFuture.failedFuture(returnedBefore());
  }

  /**
   * Gives the connection up: it is closed.
   *
   * @return false if it was returned before
   */
  boolean discard() {
    if (!RETURNED.compareAndSet(this, false, true)) {
      return false;
    }
    lease.discard();
    return true;
  }

  private CompletableFuture<Void> takeBack() {
    connection.reset();
    if (answered() && connection.untouched()) {
      settle(null, null);
      return CompletableFuture.completedFuture(null);
    }
    String site = CallSite.find();
    CompletableFuture<Void> back = new CompletableFuture<>();
    connection.look(
        identified,
        residue -> {
          settle(residue, site);
          back.complete(null);
        });
    return back;
  }

  private void settle(@Nullable Residue found, @Nullable String site) {
    Residue left = holdsBack || unflushed || listens ? Residue.CLIENT_SETTINGS : found;
    if (left == null) {
      connection.returned();
      lease.close();
    } else {
      reports.left(left, site);
      lease.discard();
    }
  }

  private boolean answered() {
    CompletionStage<?> open = last;
    if (uncertain || open == null) {
      return !uncertain;
    }
    CompletableFuture<?> future = open.toCompletableFuture();
    return future.isDone() && !future.isCompletedExceptionally();
  }

  @Override
  public void passed(Api api, String called, Object @Nullable [] args, @Nullable Object result) {
    if (identifies(called)) {
      identified = true;
    }
    unflushed |= holdsBack && (api != Api.CONNECTION || called.equals("dispatch"));
    if (api == Api.SYNC) {
      return;
    }
    if (api == Api.REACTIVE && holdsBack) {
      late = true;
    }
    if (result instanceof CompletionStage<?> issued) {
      last = issued;
    } else {
      note(called, args);
    }
  }

  /** In doubt, as with a command made by hand, they do. */
  private static boolean identifies(String called) {
    return switch (called) {
      case "auth", "dispatch", "reset" -> true;
      default -> false;
    };
  }

  private void note(String called, Object @Nullable [] args) {
    switch (called) {
      case "setAutoFlushCommands" -> holdsBack = args != null && Boolean.FALSE.equals(args[0]);
      case "flushCommands" -> unflushed = late;
      case "addListener" -> listens = true;
      case "isMulti", "getTimeout", "setTimeout", "getOptions", "getResources", "getCodec" -> {}
      default -> uncertain = true;
    }
  }

  @Override
  public void threw(Api api, Throwable thrown) {
    unflushed |= holdsBack;
    uncertain = true;
  }
}
