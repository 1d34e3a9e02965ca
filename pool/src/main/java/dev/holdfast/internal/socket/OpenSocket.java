package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.internal.wire.ConnectionClocks;
import dev.holdfast.internal.wire.Intake;
import dev.holdfast.internal.wire.SocketProbe;
import dev.holdfast.internal.wire.WireHistory;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of a guard, from its handshake to its end. Used by the thread that has leased
 * it and by the guard's own; its lock is held for system calls of microseconds only.
 *
 * <p>Whoever uses the socket says so: {@link #begins} before something is sent, {@link #answered}
 * once an answer has begun, {@link #rests} once nobody waits. {@link GuardedSocket} says it by what
 * passes through its streams.
 */
public final class OpenSocket {

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Socket base;
  private final SocketAddress endpoint;
  private final SocketParts guard;
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
  private final DialledBy name;

  private long requests;
  private long hintedNanos = Long.MAX_VALUE;
  private long idleBeforeNanos;
  private volatile long flightNanos;
  private volatile boolean inFlight;
  private volatile @Nullable WireSnapshot latest;

  /**
   * A connection is up.
   *
   * @param base the socket of the kernel
   * @param probe of that socket
   * @param endpoint what was dialled, to tell which connections are siblings
   * @param plan of the path to its host
   * @param guard what its guard shares
   * @param permit of the gate
   * @param churn where its endpoint's opens and closes are counted
   */
  public OpenSocket(
      Socket base,
      SocketProbe probe,
      SocketAddress endpoint,
      ConnectionPlan plan,
      SocketParts guard,
      Permit permit,
      EndpointChurn churn) {
    this.base = base;
    this.endpoint = endpoint;
    this.guard = guard;
    this.plan = plan;
    this.probe = probe;
    this.source = probe.source();
    this.name = new DialledBy(guard.names());
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
   * Sets the options of the plan. They are of use to a connection that is kept, or waits long for
   * an answer: one that does neither would spend more time on its options than on anything else of
   * the guard's.
   */
  public void setOptions() {
    if (!optionsSet.get() && optionsSet.compareAndSet(false, true)) {
      probe.fill(plan.keepAlive().orElse(null), plan.userTimeout(), guard.hostKeepAliveSeconds());
    }
  }

  /**
   * By what name it was dialled.
   *
   * @return never null; it may have none
   */
  public DialledBy name() {
    return name;
  }

  /**
   * What it goes by.
   *
   * @return the plan of its path
   */
  public ConnectionPlan plan() {
    return plan;
  }

  /**
   * Where it leads.
   *
   * @return what was dialled
   */
  public SocketAddress endpoint() {
    return endpoint;
  }

  /**
   * The socket underneath.
   *
   * @return the socket of the kernel
   */
  public Socket base() {
    return base;
  }

  /**
   * Where its readings come from.
   *
   * @return none where the kernel cannot be asked
   */
  public WireSource source() {
    return source;
  }

  /**
   * Its probe.
   *
   * @return of the same socket
   */
  public SocketProbe probe() {
    return probe;
  }

  /**
   * Its clocks.
   *
   * @return when payload moved last
   */
  public ConnectionClocks clocks() {
    return clocks;
  }

  /**
   * How many requests it has carried.
   *
   * @return how often {@link #begins} was called
   */
  public long requests() {
    return requests;
  }

  /**
   * When it was connected.
   *
   * @return {@link System#nanoTime()}
   */
  public long openedNanos() {
    return openedNanos;
  }

  /**
   * Whether it has carried, or lasted, as much as the plan allows.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return true if it is to be replaced
   */
  public boolean lifeIsOver(long nowNanos) {
    return nowNanos - openedNanos > lifetimeNanos
        || (mostRequests.isPresent() && requests >= mostRequests.getAsLong());
  }

  /**
   * How long the server said it keeps the connection, less a margin.
   *
   * @return nanoseconds; {@link Long#MAX_VALUE} if it did not say
   */
  public long hintedNanos() {
    return hintedNanos;
  }

  /**
   * The server has said how long it keeps the connection.
   *
   * @param maxIdleAge for how long it may be idle therefore; empty for ever
   * @param advertised what the server said; empty if it did not
   */
  public void hinted(Optional<Duration> maxIdleAge, Optional<Duration> advertised) {
    maxIdleAge.ifPresent(age -> hintedNanos = age.toNanos());
    advertised.ifPresent(witness.limit()::advertised);
  }

  /**
   * Whether it has been idle for longer than connections to its address seem to be kept.
   *
   * @param idleNanos its idle age
   * @return true if it is past a learned limit
   */
  public boolean isPastLearned(long idleNanos) {
    return witness.limit().isPast(idleNanos);
  }

  /**
   * The idle age from which it is not used as it is.
   *
   * @return nanoseconds; {@link Long#MAX_VALUE} if there is none
   */
  public long limitNanos() {
    return witness.limit().inForceNanos();
  }

  /**
   * Reads the kernel's view.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return the reading
   */
  public synchronized WireSnapshot read(long nowNanos) {
    return took(probe.read(nowNanos));
  }

  /**
   * The same before it is used again.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @param taken how much payload was read from it; negative if that is not known
   * @return the reading
   */
  public synchronized WireSnapshot readIdle(long nowNanos, long taken) {
    return took(probe.read(nowNanos, taken));
  }

  private WireSnapshot took(WireSnapshot snapshot) {
    latest = snapshot;
    guard.meters().read(snapshot, history.took(snapshot, false));
    return snapshot;
  }

  /**
   * What had arrived by the latest reading, see {@link SocketProbe#received()}.
   *
   * @return bytes
   */
  public long received() {
    return probe.received();
  }

  /** The same, right before the first write after an idle time. */
  synchronized void wakes(WireSnapshot before, long idleNanos) {
    history.wakes(before, idleNanos);
    idleBeforeNanos = idleNanos;
  }

  /**
   * The latest reading, for other threads.
   *
   * @return null before the first
   */
  public @Nullable WireSnapshot latest() {
    return latest;
  }

  /** Something is about to be sent that is answered. */
  public void begins() {
    long now = System.nanoTime();
    requests++;
    clocks.requested(now);
    flightNanos = now;
    inFlight = true;
    guard.watch().wake();
  }

  /** The same beside others that are in flight, where one connection carries many. */
  public void joins() {
    requests++;
    clocks.requested(System.nanoTime());
  }

  /** Somebody goes on waiting for what {@link #begins} was called for. */
  void waits() {
    inFlight = true;
    guard.watch().wake();
  }

  /** Nobody waits at this moment. */
  void pauses() {
    inFlight = false;
  }

  /** More of an answer has arrived, or what nobody asked for. */
  void heard() {
    clocks.read(System.nanoTime());
    setOptions();
  }

  /**
   * Whether somebody waits on it.
   *
   * @return true from {@link #begins} to {@link #rests}
   */
  public boolean inFlight() {
    return inFlight;
  }

  /** {@link System#nanoTime()} at which the request in flight began. */
  long flightNanos() {
    return flightNanos;
  }

  /** An answer has begun. */
  public void answered() {
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
   * Nobody waits on it any more.
   *
   * @param read whether anything arrived since {@link #answered}
   */
  public void rests(boolean read) {
    inFlight = false;
    setOptions();
    if (read) {
      clocks.read(System.nanoTime());
    }
  }

  /**
   * The connect has led to another server: its first answer was of another protocol.
   *
   * @return for the listeners of connects
   */
  public ConnectReport foreign() {
    return new ConnectReport(endpoint, ConnectOutcome.FOREIGN, 1, 0, 0, -1, -1, 0, 1, Map.of());
  }

  /**
   * Whether it is certain that a server that has closed reads nothing of what was sent from some
   * byte on. If it is, nothing of that is sent again: the socket is closed with linger 0, whoever
   * closes it.
   *
   * @param offset how many bytes were sent before
   * @param taken how much payload was read
   * @param patient whether to wait, for less than a second on most paths, for what tells
   * @return whether
   */
  public boolean cameToNobody(long offset, long taken, boolean patient) {
    Intake intake = probe.intake(taken);
    if (patient && intake.isOpen(offset)) {
      long began = System.nanoTime();
      long longest = TimeUnit.MILLISECONDS.toNanos(Intake.tellsWithinMillis(read(began)));
      while (intake.isOpen(offset)
          && System.nanoTime() - began < longest
          && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(LOOK_NANOS);
        intake = probe.intake(taken);
      }
    }
    return intake.excludes(offset) && lingersNot();
  }

  private boolean lingersNot() {
    try {
      base.setSoLinger(true, 0);
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  /**
   * How it ends.
   *
   * @return always the same
   */
  public SocketEnd end() {
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
