package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.metrics.FlightEvents;
import dev.holdfast.internal.metrics.Guarded;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one pool, and what passes between them. Thread-safe, never blocks. */
final class PoolCore<C> {

  static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

  /**
   * Who is asked before a dial.
   *
   * @param gate the gate
   * @param remote for which address
   */
  record Entrance(ConnectGate gate, SocketAddress remote) {}

  final PoolSettings settings;
  final PoolEnvironment environment;
  final Timers timers;
  final Ticker ticker;
  final Connector<C> connector;
  final @Nullable Entrance entrance;
  final PoolMeters meters;
  final Roster<C> roster;
  final Waiters<C> waiters;
  final Alarm<C> alarm;
  final Finder<C> finder;
  final Filler<C> filler;
  final Prover<C> prover;
  final Housekeeper<C> housekeeper;
  private final Set<Dial<C>> dials = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();

  PoolCore(
      PoolSettings settings,
      PoolEnvironment environment,
      Connector<C> connector,
      @Nullable Entrance entrance,
      PoolMeters meters) {
    this.settings = settings;
    this.environment = environment;
    this.timers = new Timers(environment.scheduler());
    this.ticker = environment.ticker();
    this.connector = connector;
    this.entrance = entrance;
    this.meters = meters;
    roster = new Roster<>(settings.maxSize());
    waiters = new Waiters<>(settings.maxWaiters());
    alarm = new Alarm<>(waiters, timers);
    finder = new Finder<>(roster, ticker);
    filler = new Filler<>(this);
    prover = new Prover<>(this);
    housekeeper = new Housekeeper<>(this);
  }

  // Dials under way.

  /** False if the pool is closed: then nobody would end it. */
  boolean begins(Dial<C> dial) {
    dials.add(dial);
    return !roster.closed();
  }

  void ended(Dial<C> dial) {
    dials.remove(dial);
    checkEmptied();
  }

  // Waiting.

  /** Puts a waiter in line, unless it is full or the pool is closed. */
  void join(Waiter<C> waiter) {
    if (!waiters.join(waiter)) {
      meters.tooManyWaiters();
      throw new TooManyWaitersException(settings.name(), settings.maxWaiters(), state());
    }
    if (roster.closed()) {
      leave(waiter);
      throw closed();
    }
  }

  void requireOpen() {
    if (roster.closed()) {
      throw closed();
    }
  }

  /** What a waiter needs done when it begins to wait. */
  void supply() {
    filler.demand();
    housekeeper.ensure();
    if (finder.stale()) {
      housekeeper.now();
    }
  }

  /** A waiter's end: the wake-up it may have had is passed on. */
  void leave(Waiter<C> waiter) {
    waiters.leave(waiter);
    pass();
  }

  /** Wakes the first in line if there is a connection for it. */
  void pass() {
    if (waiters.any() && finder.any()) {
      Waiter<C> first = waiters.first();
      if (first != null) {
        first.wake();
      }
    }
  }

  /** A connection has become idle: whoever starves gets it, else the first may look. */
  void offer(Slot<C> slot) {
    Waiter<C> first = waiters.first();
    if (first == null) {
      return;
    }
    if (first.starving() && first.end() == null) {
      SlotLease<C> lease = finder.take(slot);
      if (lease != null) {
        if (first.end(new Waiter.End.Served<>(lease))) {
          leave(first);
          first.wake();
        } else {
          lease.close();
        }
        return;
      }
    }
    first.wake();
  }

  AcquireTimeoutException timeout(long nanos) {
    meters.timedOut();
    return new AcquireTimeoutException(
        settings.name(), Duration.ofNanos(nanos), state(), filler.lastFailure());
  }

  PoolClosedException closed() {
    return new PoolClosedException(settings.name());
  }

  // Ends.

  /** By whoever made the slot CLOSED. */
  void dispose(Slot<C> slot, Ending ending) {
    roster.remove(slot);
    meters.closed(ending.reason(), slot.ageNanos());
    FlightEvents.retired(settings.name(), ending.reason().tag());
    LOG.debug("{}: connection closed, {}", settings.name(), ending.text());
    if (StateWord.lease(slot.word) == 0 && ending.reason() == CloseReason.DEAD) {
      filler.diedEarly();
    }
    close(slot.connection(), ending, slot.permit());
  }

  /** Closes a connection that the roster counts as closing; its place is free only after that. */
  void close(C connection, Ending ending, @Nullable Permit permit) {
    environment
        .executor()
        .execute(
            () -> {
              try {
                connector.close(connection, ending.reason());
              } catch (Throwable e) { // the connection is no longer ours either way
                LOG.debug("{}: closing a connection failed", settings.name(), e);
              } finally {
                closed(ending, permit);
              }
            });
  }

  private void closed(Ending ending, @Nullable Permit permit) {
    if (permit != null) {
      Guarded.run("a connect gate", () -> permit.closed(closer(ending)));
    }
    roster.closeEnded();
    checkEmptied();
    filler.demand();
  }

  private static Closer closer(Ending ending) {
    Cause cause = ending.cause();
    if (cause == Cause.PEER_CLOSED) {
      return Closer.REMOTE;
    }
    return cause == null || cause == Cause.LOCAL_CLOSE ? Closer.LOCAL : Closer.RESET;
  }

  /** Retires all there are. */
  void retireAll(CloseReason reason) {
    for (Slot<C> slot : roster.live()) {
      slot.retire(reason, null);
    }
  }

  void shut() {
    if (roster.close()) {
      for (Waiter<C> first = waiters.first(); first != null; first = waiters.first()) {
        if (first.end(new Waiter.End.Failed<>(closed()))) {
          first.wake();
        }
        waiters.leave(first);
      }
      meters.close();
      timers.close();
    }
    dials.forEach(Dial::poolClosed);
    retireAll(CloseReason.POOL_CLOSED);
    checkEmptied();
  }

  private void checkEmptied() {
    if (roster.closed() && roster.over()) {
      emptied.complete(null);
    }
  }

  /** Completes once the pool is closed and its last connection was returned and closed. */
  CompletableFuture<Void> emptied() {
    return emptied;
  }

  // Reports.

  List<OutstandingLease> outstanding() {
    long now = ticker.now();
    List<OutstandingLease> out = new ArrayList<>();
    for (Slot<C> slot : roster.live()) {
      if (StateWord.phase(slot.word) == StateWord.LEASED) {
        out.add(outstanding(slot, now - slot.leasedAt));
      }
    }
    return out;
  }

  static <C> OutstandingLease outstanding(Slot<C> slot, long heldNanos) {
    SlotLease<C> handle = slot.handleOut();
    return new OutstandingLease(
        Duration.ofNanos(Math.max(0, heldNanos)),
        Optional.ofNullable(handle == null ? null : handle.borrower()));
  }

  PoolState state() {
    Roster.Count count = roster.count();
    int[] phases = new int[5];
    Slot<C>[] live = roster.live();
    for (Slot<C> slot : live) {
      phases[(int) StateWord.phase(slot.word)]++;
    }
    return new PoolState(
        count.max(),
        count.total(),
        phases[(int) StateWord.IDLE],
        phases[(int) StateWord.LEASED],
        count.connecting() + phases[(int) StateWord.CONNECTING],
        phases[(int) StateWord.RESERVED],
        waiters.count(),
        count.closing());
  }
}
