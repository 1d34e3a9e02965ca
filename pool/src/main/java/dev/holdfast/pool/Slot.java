package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.metrics.FlightEvents;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its dial to its end, and its place in the pool. The protocol is that of
 * {@link StateWord}.
 */
final class Slot<C> extends PaddedState.After implements Liveness {

  /** Handles used in turn; see {@link Lease}. A power of two. */
  static final int HANDLES = 16;

  /** Up to this age a connection is taken without looking for a fresher one. */
  static final long YOUNG_NANOS = 1_000_000_000L;

  private final PoolCore<C> pool;
  private final Ticker ticker;
  private final Waiters<C> waiters;
  private final SlotLease<C>[] handles;
  private final long lendAge;
  private final long sampleMask;
  private final AtomicReference<Ending> ending = new AtomicReference<>();
  private volatile @Nullable C connection;
  private volatile long traffic;
  private volatile @Nullable Permit permit;

  private long connectedAt;

  /** By the holder of a lease; read by the meter, which may lag. */
  private long usedNanos;

  /** The housekeeper's notes on the lease it saw last. */
  final LeaseWatch watch = new LeaseWatch();

  @SuppressWarnings({"unchecked", "rawtypes"})
  Slot(PoolCore<C> pool) {
    this.pool = pool;
    this.ticker = pool.ticker;
    this.waiters = pool.waiters;
    this.lendAge = pool.settings.lendNanos();
    this.sampleMask = pool.settings.sampleMask();
    this.handles = new SlotLease[pool.settings.exactLeases() ? 0 : HANDLES];
    for (int i = 0; i < handles.length; i++) {
      handles[i] = new SlotLease<>(this);
    }
  }

  C connection() {
    C open = connection;
    if (open == null) {
      throw new IllegalStateException(this + " is not connected");
    }
    return open;
  }

  // Borrow and return.

  /** IDLE to LEASED, if the word is still the clean one that was seen. */
  @Nullable SlotLease<C> take(long seen, long now) {
    long lent = seen + StateWord.LEND;
    if (!cas(seen, lent)) {
      return null;
    }
    if (leasedAt != now) { // once a tick: a store on this line is not free
      leasedAt = now;
    }
    return handle(lent);
  }

  private SlotLease<C> handle(long lent) {
    FlightEvents.lent(pool.settings.name());
    long number = StateWord.lease(lent);
    SlotLease<C> handle =
        handles.length == 0 ? new SlotLease<>(this) : handles[(int) number & (HANDLES - 1)];
    return (number & sampleMask) == 0
        ? handle.lent(lent, new Throwable("acquired here"))
        : handle.lent(lent);
  }

  /**
   * LEASED to IDLE. The compare-and-set is also the fence between the word and the waiters. A
   * connection that was last used in this very tick needs no stamp; then nothing is written before
   * the compare-and-set, and that alone tells whether the lease is still out.
   */
  void giveBack(long lease) {
    long now = ticker.now();
    if (lastUse == now && now < lendUntil && lease < lastLease && toIdle(lease)) {
      return;
    }
    check(lease);
    if (leasedAt != now) {
      usedNanos += now - leasedAt;
    }
    if (lease >= lastLease || !stamp(now) || !toIdle(lease)) {
      giveBackMarked(lease);
    }
  }

  /**
   * How long its leases have taken that were returned, from tick to tick: one that begins and ends
   * in a tick counts nothing, and as many more count a whole one, so the sum is right and no clock
   * is read for it.
   */
  long usedNanos() {
    return usedNanos;
  }

  private boolean toIdle(long lease) {
    if (!cas(lease, lease - StateWord.GIVE_BACK)) {
      return false;
    }
    if (waiters.any()) {
      pool.offer(this);
    }
    return true;
  }

  void check(long lease) {
    long seen = word;
    if (seen != lease && StateWord.withoutFlags(seen) != lease) {
      throw new IllegalStateException(
          "pool %s: lease %d was returned before; the connection is %s. Fix: close a lease once and do not use it afterwards"
              .formatted(pool.settings.name(), StateWord.lease(lease), StateWord.text(seen)));
    }
  }

  /** Whether its age lets it be lent again. */
  private boolean stamp(long now) {
    if (lastUse != now || leasedAt != now) {
      used(now - leasedAt < YOUNG_NANOS ? now : Math.max(leasedAt, traffic));
    }
    return now < lendUntil;
  }

  private void used(long at) {
    lastUse = at;
    lendUntil = Math.min(at + lendAge, retireAt);
    youngUntil = Math.min(at + YOUNG_NANOS, lendUntil);
  }

  /** By the holder of a lease: so many fewer leases. */
  void spend(int requests) {
    long left = StateWord.lease(lastLease) - requests;
    lastLease = lastLease == Long.MAX_VALUE ? lastLease : StateWord.leased(Math.max(0, left));
  }

  private void giveBackMarked(long lease) {
    while (true) {
      check(lease);
      long seen = word;
      long now = ticker.now();
      if (StateWord.is(seen, StateWord.DOOMED)) {
        if (cas(seen, StateWord.to(seen, StateWord.CLOSED))) {
          pool.dispose(this, ending());
          return;
        }
      } else if (lease >= lastLease) {
        retire(CloseReason.REQUEST_LIMIT, null);
      } else if (now >= retireAt) {
        retire(CloseReason.LIFETIME, null);
      } else if (StateWord.is(seen, StateWord.SUSPECT) || now >= lendUntil) {
        if (cas(seen, StateWord.withoutFlags(StateWord.to(seen, StateWord.RESERVED)))) {
          pool.prover.prove(this);
          return;
        }
      } else if (cas(seen, StateWord.to(seen, StateWord.IDLE))) {
        pool.offer(this);
        return;
      }
    }
  }

  // The connection's owner.

  @Override
  public void dead(Cause cause) {
    retire(CloseReason.DEAD, cause);
  }

  @Override
  public void suspect() {
    while (true) {
      long seen = word;
      if (StateWord.phase(seen) == StateWord.CLOSED || StateWord.is(seen, StateWord.SUSPECT)) {
        return;
      }
      if (cas(seen, seen | StateWord.SUSPECT)) {
        if (StateWord.phase(seen) == StateWord.IDLE) {
          proveIdle();
        }
        return;
      }
    }
  }

  @Override
  public void traffic() {
    traffic = ticker.now();
  }

  /** Sends an idle connection to the prover; nothing if it is no longer idle. */
  void proveIdle() {
    long seen = word;
    if (StateWord.phase(seen) == StateWord.IDLE
        && cas(
            seen, StateWord.without(StateWord.to(seen, StateWord.RESERVED), StateWord.SUSPECT))) {
      pool.prover.prove(this);
    }
  }

  // Ends.

  /** Closes it now if it is idle; else the owner of its phase will. */
  void retire(CloseReason reason, @Nullable Cause cause) {
    while (true) {
      long seen = word;
      long phase = StateWord.phase(seen);
      if (phase == StateWord.CLOSED || StateWord.is(seen, StateWord.DOOMED)) {
        return;
      }
      if (phase == StateWord.IDLE) {
        if (cas(seen, StateWord.to(seen, StateWord.CLOSED))) {
          pool.dispose(this, new Ending(reason, cause));
          return;
        }
      } else {
        ending.compareAndSet(null, new Ending(reason, cause));
        if (cas(seen, seen | StateWord.DOOMED)) {
          return;
        }
      }
    }
  }

  /** Closes it if it is still as idle as it was seen. */
  boolean retireIdle(long seen, CloseReason reason) {
    if (!cas(seen, StateWord.to(seen, StateWord.CLOSED))) {
      return false;
    }
    pool.dispose(this, new Ending(reason, null));
    return true;
  }

  /** By the dial or the prover, who own their phase: CLOSED, whatever the flags say. */
  void close(CloseReason reason, @Nullable Cause cause) {
    while (true) {
      long seen = word;
      if (cas(seen, StateWord.to(seen, StateWord.CLOSED))) {
        Ending earlier = ending.get();
        pool.dispose(this, earlier == null ? new Ending(reason, cause) : earlier);
        return;
      }
    }
  }

  long ageNanos() {
    return ticker.now() - connectedAt;
  }

  Ending ending() {
    Ending known = ending.get();
    return known == null ? new Ending(CloseReason.DEAD, null) : known;
  }

  // The dial and the prover.

  /** CONNECTING, before anyone else can see the connection. */
  void connected(C open, @Nullable Permit booked, long lifetimeNanos, long requests) {
    connection = open;
    permit = booked;
    connectedAt = ticker.now();
    retireAt = connectedAt + lifetimeNanos;
    lastLease = StateWord.leased(requests);
  }

  /**
   * CONNECTING or RESERVED to IDLE, just used; to CLOSED if it was doomed meanwhile.
   *
   * @return whether it is to be proved again, being suspected meanwhile; it stays RESERVED then
   */
  boolean ready() {
    used(ticker.now());
    while (true) {
      long seen = word;
      if (StateWord.is(seen, StateWord.DOOMED)) {
        close(CloseReason.DEAD, null);
        return false;
      }
      if (StateWord.is(seen, StateWord.SUSPECT)) {
        if (cas(seen, StateWord.withoutFlags(StateWord.to(seen, StateWord.RESERVED)))) {
          return true;
        }
      } else if (cas(seen, StateWord.to(seen, StateWord.IDLE))) {
        pool.offer(this);
        return false;
      }
    }
  }

  @Nullable Permit permit() {
    return permit;
  }

  /** The handle of the lease that is out, for reports; it may be gone by now. */
  @Nullable SlotLease<C> handleOut() {
    return handles.length == 0 ? null : handles[(int) StateWord.lease(word) & (HANDLES - 1)];
  }

  @Override
  public String toString() {
    return "pool " + pool.settings.name() + " connection, " + StateWord.text(word);
  }
}
