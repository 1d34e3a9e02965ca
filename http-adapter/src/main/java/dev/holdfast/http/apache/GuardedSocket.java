package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.IdleWitness;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.Permit;
import dev.holdfast.http.DialledName;
import dev.holdfast.http.KeepAliveHint;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.usage.EndpointChurn;
import dev.holdfast.wire.ConnectionClocks;
import dev.holdfast.wire.SocketProbe;
import dev.holdfast.wire.WireHistory;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, from its handshake to its end. Used by the thread that has leased it and by
 * the guard's own; its lock is held for system calls of microseconds only.
 */
final class GuardedSocket {

  private final Socket base;
  private final SocketAddress endpoint;
  private final GuardParts guard;
  private final ConnectionPlan plan;
  private final IdleWitness witness;
  private final SocketProbe probe;
  private final WireSource source;
  private final long openedNanos = System.nanoTime();
  private final long lifetimeNanos;
  private final OptionalLong mostRequests;
  private final ConnectionClocks clocks = new ConnectionClocks(openedNanos);
  private final WireHistory history = new WireHistory();
  private final AtomicBoolean optionsSet = new AtomicBoolean();
  private final SocketEnd end;

  private long requests;
  private long hintedNanos = Long.MAX_VALUE;
  private long idleBeforeNanos;
  private volatile long flightNanos;
  private volatile boolean inFlight;
  private volatile @Nullable DialledName name;
  private volatile boolean left;
  private volatile @Nullable WireSnapshot latest;

  /**
   * @param probe of that socket
   * @param endpoint what was dialled, to tell which connections are siblings
   * @param plan of the path to its host
   */
  GuardedSocket(
      Socket base,
      SocketProbe probe,
      SocketAddress endpoint,
      ConnectionPlan plan,
      GuardParts guard,
      Permit permit,
      EndpointChurn churn) {
    this.base = base;
    this.endpoint = endpoint;
    this.guard = guard;
    this.plan = plan;
    this.probe = probe;
    this.source = probe.source();
    double u = ThreadLocalRandom.current().nextDouble();
    this.lifetimeNanos = plan.lifetime(u).toNanos();
    this.mostRequests = plan.requests(u);
    if (source == WireSource.NONE) {
      setOptions(); // the watch leaves it alone
    }
    guard.meters().connections(source, 1);
    churn.opened();
    witness = guard.deaths().opened(endpoint, plan);
    end = new SocketEnd(this, guard, witness, permit, churn);
    guard.watch().add(this);
  }

  /**
   * What is of use to a connection that is kept, or waits long for an answer: one that does neither
   * would spend more time on its options than on anything else of the guard's.
   */
  void setOptions() {
    if (!optionsSet.get() && optionsSet.compareAndSet(false, true)) {
      probe.fill(plan.keepAlive().orElse(null), plan.userTimeout(), guard.hostKeepAliveSeconds());
    }
  }

  /** It was dialled by a name, which is watched from now on. */
  void dialledBy(DialledName host) {
    name = host;
    guard.names().connected(host);
  }

  /** A name has left an address: perhaps its own. */
  void leaveIf(DialledName gone) {
    if (gone.equals(name)) {
      left = true;
    }
  }

  /** Whether its name does not lead to its address any more. */
  boolean left() {
    return left;
  }

  /** Its name leads where no connection is to be had: it is used until the next look. */
  void stays() {
    DialledName host = name;
    if (left && host != null) {
      left = false;
      guard.names().connected(host);
    }
  }

  ConnectionPlan plan() {
    return plan;
  }

  SocketAddress endpoint() {
    return endpoint;
  }

  Socket base() {
    return base;
  }

  /** Where its readings come from. */
  WireSource source() {
    return source;
  }

  SocketProbe probe() {
    return probe;
  }

  ConnectionClocks clocks() {
    return clocks;
  }

  long requests() {
    return requests;
  }

  /** {@link System#nanoTime()} at which it was connected. */
  long openedNanos() {
    return openedNanos;
  }

  boolean lifeIsOver(long nowNanos) {
    return nowNanos - openedNanos > lifetimeNanos
        || (mostRequests.isPresent() && requests >= mostRequests.getAsLong());
  }

  /** How long the server said it keeps the connection, less a margin. */
  long hintedNanos() {
    return hintedNanos;
  }

  void hinted(KeepAliveHint hint) {
    hint.maxIdleAge(plan).ifPresent(age -> hintedNanos = age.toNanos());
    hint.timeout().ifPresent(witness.limit()::advertised);
  }

  /** Whether it has been idle for longer than connections to its address seem to be kept. */
  boolean isPastLearned(long idleNanos) {
    return witness.limit().isPast(idleNanos);
  }

  /** The idle age from which it is not used as it is, {@link Long#MAX_VALUE} if there is none. */
  long limitNanos() {
    return witness.limit().inForceNanos();
  }

  /** Reads the kernel's view. */
  synchronized WireSnapshot read(long nowNanos) {
    return took(probe.read(nowNanos));
  }

  /**
   * The same before it is used again.
   *
   * @param taken how much payload was read from it; negative if that is not known
   */
  synchronized WireSnapshot readIdle(long nowNanos, long taken) {
    return took(probe.read(nowNanos, taken));
  }

  private WireSnapshot took(WireSnapshot snapshot) {
    latest = snapshot;
    guard.meters().read(snapshot, history.took(snapshot, false));
    return snapshot;
  }

  /** What had arrived by the latest reading, see {@link SocketProbe#received()}. */
  long received() {
    return probe.received();
  }

  /** The same, right before the first write after an idle time. */
  synchronized void wakes(WireSnapshot before, long idleNanos) {
    history.wakes(before, idleNanos);
    idleBeforeNanos = idleNanos;
  }

  /** The latest reading, for other threads; null before the first. */
  @Nullable WireSnapshot latest() {
    return latest;
  }

  /** A request is about to be sent. */
  void begins() {
    long now = System.nanoTime();
    requests++;
    clocks.requested(now);
    flightNanos = now;
    inFlight = true;
    guard.watch().wake();
  }

  boolean inFlight() {
    return inFlight;
  }

  /** {@link System#nanoTime()} at which the request in flight began. */
  long flightNanos() {
    return flightNanos;
  }

  /** The head of an answer was read. */
  void answered() {
    clocks.read(System.nanoTime());
    if (idleBeforeNanos >= IdleWitness.LEAST_NANOS) {
      witness.reused(Duration.ofNanos(idleBeforeNanos));
    }
    if (idleBeforeNanos > guard.settings().probeAfter().toNanos()) {
      guard.deaths().proved(endpoint, Duration.ofNanos(idleBeforeNanos));
    }
    idleBeforeNanos = 0;
  }

  /**
   * The exchange is over and the connection back in its pool.
   *
   * @param read whether anything arrived behind the answer's head
   */
  void rests(boolean read) {
    inFlight = false;
    setOptions();
    if (read) {
      clocks.read(System.nanoTime());
    }
  }

  /** The connect has led to another server: its first answer was not HTTP. */
  ConnectReport foreign() {
    return new ConnectReport(endpoint, ConnectOutcome.FOREIGN, 1, 0, 0, -1, -1, 0, 1, Map.of());
  }

  /** How it ends. */
  SocketEnd end() {
    return end;
  }

  /** What its history tells of its end; with its lock held. */
  DeathSigns.Builder signs(Cause cause, boolean flying, long nowNanos) {
    return history.signs(cause, flying, clocks, plan, nowNanos);
  }

  /** A reset was met, and the socket is still open; with its lock held. */
  void reset(long nowNanos) {
    history.reset(probe.read(nowNanos));
  }

  /** Nothing is in flight any more, and the guard lets go of it; with its lock held. */
  void released() {
    inFlight = false;
    guard.meters().connections(source, -1);
    probe.release();
  }
}
