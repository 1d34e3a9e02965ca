package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.retry.LostCall;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.retry.RetryBudget;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.RedisCommand;
import java.lang.ref.WeakReference;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a channel: one per Lettuce connection, handed from each channel to the next. The
 * guard keeps it as long as the connection is reachable, so but for the channel that carries the
 * connection nothing here may lead to it. Channels of one connection follow each other, possibly on
 * different event loops; fields are volatile or guarded by this.
 */
final class EndpointState {

  /** How often one command may be on its way into the socket when its connection ends. */
  static final int SENDINGS = 5;

  private final ReplayRetry replay;
  private @Nullable GuardedChannel carrier;
  private List<Consumer<Answer>> waiting = List.of();
  private volatile boolean shared;
  private int early;
  private volatile Set<Residue> carried = Set.of();
  private volatile LostCalls.Broken broken = LostCalls.Broken.NOTHING;

  /** The pool holds it. Held by this as well, it would keep the connection, for it leads to it. */
  private volatile @Nullable WeakReference<PooledConnection<?, ?>> pooled;

  private @Nullable IdentityHashMap<RedisCommand<?, ?, ?>, ReplayRetry.Attempts> attempts;
  private @Nullable RedisCommand<?, ?, ?> beingSent;
  private int sendings;

  EndpointState(ReplayRetry replay, boolean shared) {
    this.replay = replay;
    this.shared = shared;
  }

  /**
   * Makes a channel the one that carries this connection. Refused while another does: Lettuce can
   * reconnect twice after a failed handshake (its watchdog is told by the failed attempt and by the
   * closed channel), and commands spread over two channels run in any order.
   */
  synchronized boolean adopt(GuardedChannel channel) {
    if (carrier != null) {
      return false;
    }
    carrier = channel;
    tell(Answer.YES);
    return true;
  }

  /** An attempt to reconnect did not get as far as a connection. */
  synchronized void attemptFailed() {
    tell(Answer.NO);
  }

  /** The connection is not reconnected, but another one to the same server was. */
  synchronized void siblingConnected(Answer works) {
    tell(works);
  }

  /**
   * A channel of this connection has ended.
   *
   * @param ofNoUse before it was of use
   * @return how many in a row were of none
   */
  synchronized int ended(boolean ofNoUse) {
    early = ofNoUse ? early + 1 : 0;
    return early;
  }

  /** Tells, once and from any thread, whether the next attempt to connect succeeds. */
  synchronized void tellOfNextConnection(Consumer<Answer> listener) {
    if (waiting.isEmpty()) {
      waiting = new ArrayList<>(1);
    }
    waiting.add(listener);
  }

  private void tell(Answer works) {
    waiting.forEach(listener -> listener.accept(works));
    waiting = List.of();
  }

  /** The channel's commands are settled; the next channel may carry the connection. */
  synchronized void release(GuardedChannel channel) {
    if (carrier == channel) {
      carrier = null;
      carry(channel.session().lasting());
      Cause cause = channel.causeOfDeath();
      died(cause == null ? Cause.PEER_CLOSED : cause); // again, for a pool that came meanwhile
    }
  }

  private void carry(Set<Residue> left) {
    if (!carried.containsAll(left)) {
      EnumSet<Residue> more = EnumSet.copyOf(left);
      more.addAll(carried);
      carried = more;
    }
  }

  /**
   * Makes the connection one of a pool.
   *
   * @return false if no channel carries it any more
   * @throws IllegalStateException if it is one of a pool already
   */
  synchronized boolean pool(PooledConnection<?, ?> as) {
    if (pooled != null) {
      throw new IllegalStateException(
          "this connection is in a pool already; a pool's supplier must open a new one each time");
    }
    pooled = new WeakReference<>(as);
    return carrier != null;
  }

  /** What a pool has to do with this connection; null if none has. */
  @Nullable PooledConnection<?, ?> pooled() {
    WeakReference<PooledConnection<?, ?>> known = pooled;
    return known == null ? null : known.get();
  }

  /** The channel's end is certain; the pool hears of it before Lettuce does. */
  void died(Cause cause) {
    PooledConnection<?, ?> known = pooled();
    if (known != null) {
      known.died(cause);
    }
  }

  /** What was left on channels before this one: Lettuce restores some of it on the next. */
  Set<Residue> carried() {
    return carried;
  }

  synchronized @Nullable GuardedChannel carrier() {
    return carrier;
  }

  boolean shared() {
    return shared;
  }

  void share(boolean shared) {
    this.shared = shared;
  }

  LostCalls.Broken broken() {
    return broken;
  }

  void leaveBroken(LostCalls.Broken broken) {
    this.broken = broken;
  }

  /**
   * The connection ended while a command was being sent, which so never left whole: whether the
   * next connection may be tried with it. Commands are sent in order, so it stays the first one
   * until it is through.
   */
  synchronized boolean maySendAgain(RedisCommand<?, ?, ?> command) {
    RedisCommand<?, ?, ?> callers = TransactionPart.callers(command);
    sendings = callers == beingSent ? sendings + 1 : 1;
    beingSent = sendings < SENDINGS ? callers : null;
    return sendings < SENDINGS;
  }

  /** Whether a lost call may be sent again; counts its attempts until it is answered. */
  synchronized boolean mayReplay(
      RedisCommand<?, ?, ?> command, LostCall lost, SocketAddress remote) {
    if (attempts == null) {
      attempts = new IdentityHashMap<>(4);
    }
    ReplayRetry.Attempts book = attempts.get(command);
    if (book == null) {
      book = replay.begin(remote);
      attempts.put(command, book);
      closeBookWhenDone(command, book);
    }
    if (book.mayReplay(lost)) {
      return true;
    }
    attempts.remove(command);
    return false;
  }

  /** What it may cost a server to be asked again for what it declined. */
  RetryBudget declinedBy(SocketAddress remote) {
    return replay.budgets().ofDeclined(remote);
  }

  /** Whether the loss of a connection took replays with it. */
  synchronized boolean losesReplays(Collection<RedisCommand<?, ?, ?>> commands) {
    return attempts != null
        && commands.stream().map(attempts::get).anyMatch(book -> book != null && book.replayed());
  }

  private void closeBookWhenDone(RedisCommand<?, ?, ?> command, ReplayRetry.Attempts book) {
    if (command instanceof CompleteableCommand<?> completeable) {
      completeable.onComplete(
          (result, thrown) -> {
            synchronized (this) {
              if (attempts != null && attempts.remove(command) != null && thrown == null) {
                book.answered();
              }
            }
          });
    }
  }
}
