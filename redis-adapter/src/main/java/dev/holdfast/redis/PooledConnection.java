package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a pool, between the guard's handlers, which know how it fares, and the pool's
 * state word. Thread-safe.
 *
 * <p>An idle connection that dies is not reconnected, for the pool opens another where one is
 * needed; a lent one is replaced under its borrower, as every guarded connection, and closed when
 * it is returned. Who borrows and the event loop that sees the death decide which it is: each
 * writes its own of {@code lent} and {@code down} first and reads the other's then, so at least one
 * of them sees both.
 */
final class PooledConnection<K, V> {

  private final StatefulRedisConnection<K, V> connection;
  private final Lendable<StatefulRedisConnection<K, V>> lendable;
  private final EndpointState state;
  private final Liveness liveness;
  private final Consumer<EndpointState> onAbandoned;
  private final Duration timeout;
  private volatile boolean lent;
  private volatile boolean down;
  private volatile boolean abandoned;

  private PooledConnection(
      StatefulRedisConnection<K, V> connection,
      EndpointState state,
      Liveness liveness,
      Consumer<EndpointState> onAbandoned) {
    this.connection = connection;
    this.lendable = Lendable.of(connection);
    this.state = state;
    this.liveness = liveness;
    this.onAbandoned = onAbandoned;
    this.timeout = connection.getTimeout();
  }

  /**
   * Takes a new connection into the pool.
   *
   * @param onAbandoned hears, once, that it died with nobody to reconnect it for
   * @throws IllegalStateException if another pool has it
   */
  static <K, V> PooledConnection<K, V> adopt(
      StatefulRedisConnection<K, V> connection,
      EndpointState state,
      Liveness liveness,
      Consumer<EndpointState> onAbandoned) {
    PooledConnection<K, V> pooled =
        new PooledConnection<>(connection, state, liveness, onAbandoned);
    state.share(false); // one borrower at a time: blocking commands hold up nobody
    if (!state.pool(pooled)) {
      pooled.died(Cause.PEER_CLOSED); // between its handshake and now
    }
    return pooled;
  }

  StatefulRedisConnection<K, V> connection() {
    return connection;
  }

  Lendable<StatefulRedisConnection<K, V>> lendable() {
    return lendable;
  }

  // The event loop.

  void died(Cause cause) {
    boolean first = !down;
    down = true;
    if (first && !lent) {
      abandoned = true;
      if (cause != Cause.LOCAL_CLOSE) {
        onAbandoned.accept(state);
      }
    }
    liveness.dead(cause);
  }

  /** Whether nobody needs it reconnected. */
  boolean abandoned() {
    return abandoned;
  }

  void traffic() {
    liveness.traffic();
  }

  // The borrower.

  /** False if it has died at this very moment: then it is to be given up, nothing was sent. */
  boolean lend() {
    lent = true;
    return !down;
  }

  /** To be called before the pool has it back. */
  void returned() {
    lent = false;
  }

  /** Undoes what can be undone without asking. */
  void reset() {
    if (!connection.getTimeout().equals(timeout)) {
      connection.setTimeout(timeout);
    }
  }

  /**
   * Whether nothing that was issued can have left anything: then nobody needs to look. Dead ones
   * count, for they are closed anyway: what they lost is no fault of their borrower.
   */
  boolean untouched() {
    if (down) {
      return true;
    }
    GuardedChannel carrier = state.carrier();
    return carrier != null
        && carrier.session().untouched()
        && state.carried().isEmpty()
        && state.broken() == LostCalls.Broken.NOTHING
        && !connection.isMulti();
  }

  /**
   * Looks for what was left behind: on the event loop, where every command issued by the calling
   * thread has arrived before.
   *
   * @param identified whether the borrower has said who the connection acts for; if not, the client
   *     itself has renewed its credentials
   * @param verdict gets what was left behind, null if nothing
   */
  void look(boolean identified, Consumer<@Nullable Residue> verdict) {
    GuardedChannel carrier = state.carrier();
    if (carrier == null) {
      verdict.accept(null); // it is down, and the pool was told
      return;
    }
    EventLoop loop = carrier.channel().eventLoop();
    if (loop.inEventLoop()) {
      verdict.accept(found(carrier, identified));
      return;
    }
    try {
      loop.execute(() -> verdict.accept(found(carrier, identified)));
    } catch (RejectedExecutionException shutDown) {
      verdict.accept(Residue.UNANSWERED);
    }
  }

  private @Nullable Residue found(GuardedChannel carrier, boolean identified) {
    if (down) {
      return null;
    }
    if (state.broken() != LostCalls.Broken.NOTHING || connection.isMulti()) {
      return Residue.TRANSACTION;
    }
    if (!identified) {
      carrier.session().forgetIdentity();
    }
    EnumSet<Residue> left = carrier.session().residues();
    left.addAll(state.carried());
    if (!identified) {
      left.remove(Residue.IDENTITY);
    }
    if (!left.isEmpty()) {
      return left.iterator().next();
    }
    for (RedisCommand<?, ?, ?> command : carrier.stack()) {
      if (!ProbeCommand.isOurs(command)) {
        return LettuceKinds.blocks(command) ? Residue.BLOCKING : Residue.UNANSWERED;
      }
    }
    WriteGate gate = carrier.gate();
    return gate != null && gate.holds() ? Residue.UNANSWERED : null;
  }

  // The pool.

  CompletionStage<WireVerdict> prove() {
    CompletableFuture<WireVerdict> verdict = new CompletableFuture<>();
    GuardedChannel carrier = state.carrier();
    WriteGate gate = carrier == null ? null : carrier.gate();
    if (carrier == null || gate == null) {
      verdict.complete(new WireVerdict.Dead(Cause.PEER_CLOSED, "the channel is closed"));
    } else {
      carrier.channel().eventLoop().execute(() -> gate.prove(verdict::complete));
    }
    return verdict;
  }

  /** Whether a newcomer was answered and this one, asked then, still is not. */
  CompletionStage<Boolean> forgotten(long askedNanos) {
    GuardedChannel carrier = state.carrier();
    WriteGate gate = carrier == null ? null : carrier.gate();
    if (carrier == null || gate == null) {
      return CompletableFuture.completedFuture(true);
    }
    CompletableFuture<Boolean> ruling = new CompletableFuture<>();
    carrier.channel().eventLoop().execute(() -> ruling.complete(gate.proofOverdue(askedNanos)));
    return ruling;
  }

  CompletionStage<WireSnapshot> snapshot() {
    CompletableFuture<WireSnapshot> reading = new CompletableFuture<>();
    GuardedChannel carrier = state.carrier();
    if (carrier == null) {
      reading.complete(WireSnapshot.none(System.nanoTime()));
    } else {
      carrier.channel().eventLoop().execute(() -> reading.complete(read(carrier)));
    }
    return reading;
  }

  private static WireSnapshot read(GuardedChannel carrier) {
    long now = System.nanoTime();
    return carrier.open() ? carrier.snapshot(now) : WireSnapshot.none(now);
  }

  @Override
  public String toString() {
    return "pooled " + connection;
  }
}
