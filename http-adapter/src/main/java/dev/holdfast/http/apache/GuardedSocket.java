package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Answer;
import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.IdleWitness;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.Permit;
import dev.holdfast.http.KeepAliveHint;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.usage.EndpointChurn;
import dev.holdfast.wire.ConnectionClocks;
import dev.holdfast.wire.FlightJudge;
import dev.holdfast.wire.SocketProbe;
import dev.holdfast.wire.WireHistory;
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
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, from its handshake to its end. Used by the thread that has leased it and by
 * the guard's own; its lock is held for system calls of microseconds only.
 */
final class GuardedSocket {

  private final Socket base;
  private final SocketAddress endpoint;
  private volatile Answer answeredBeside = Answer.UNKNOWN;
  private final GuardParts guard;
  private final ConnectionPlan plan;
  private final Permit permit;
  private final EndpointChurn churn;
  private final IdleWitness witness;
  private final SocketProbe probe;
  private final WireSource source;
  private final long openedNanos = System.nanoTime();
  private final long lifetimeNanos;
  private final OptionalLong mostRequests;
  private final ConnectionClocks clocks = new ConnectionClocks(openedNanos);
  private final WireHistory history = new WireHistory();
  private final AtomicBoolean optionsSet = new AtomicBoolean();

  private long requests;
  private long hintedNanos = Long.MAX_VALUE;
  private long idleBeforeNanos;
  private volatile long flightNanos;
  private volatile boolean inFlight;
  private volatile @Nullable Death death;
  private volatile boolean condemned;
  private volatile @Nullable WireSnapshot latest;
  private boolean ended;

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
    this.permit = permit;
    this.churn = churn;
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
    guard.watch().add(this);
  }

  /**
   * What is of use to a connection that is kept, or waits long for an answer: one that does neither
   * would spend more time on its options than on anything else of the guard's.
   */
  void setOptions() {
    if (optionsSet.compareAndSet(false, true)) {
      probe.fill(plan.keepAlive().orElse(null), plan.userTimeout(), guard.hostKeepAliveSeconds());
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

  boolean condemned() {
    return condemned;
  }

  @Nullable Death death() {
    return death;
  }

  /** Notes why the connection ends, and tells; the first reason stays. */
  void dies(Death why) {
    DeathSigns signs;
    Duration age;
    synchronized (this) {
      if (death != null || ended) {
        return;
      }
      death = why;
      long now = System.nanoTime();
      if (why.cause() == Cause.PEER_RESET) {
        history.reset(probe.read(now));
      }
      signs = signs(why, inFlight, now);
      age = inFlight ? signs.idle() : signs.idle().minus(closedFor(now));
    }
    tell(why, age, signs);
  }

  private DeathSigns signs(Death why, boolean flying, long nowNanos) {
    return history
        .signs(why.cause(), flying, clocks, plan, nowNanos)
        .answeredBeside(answeredBeside)
        .build();
  }

  /** A blocking socket finds the server's FIN long after; it was the last that the kernel heard. */
  private Duration closedFor(long nowNanos) {
    WireSnapshot reading = latest;
    return reading == null || reading.state() != WireSnapshot.CLOSE_WAIT
        ? Duration.ZERO
        : Duration.ofMillis(reading.lastAckRecvMillis())
            .plusNanos(nowNanos - reading.takenAtNanos());
  }

  private void tell(Death why, Duration age, DeathSigns signs) {
    if (why.cause() != Cause.LOCAL_CLOSE) {
      Optional<Duration> unheard = signs.inFlight() == Answer.YES ? unheard() : Optional.empty();
      guard.deaths().died(endpoint, witness, age, signs, why.evidence(), unheard);
    }
  }

  /** Of a caller that reads what goes on, or waits for what does not begin. */
  private Optional<Duration> unheard() {
    WireSnapshot reading = latest;
    if (reading == null || reading.source() == WireSource.NONE) {
      return Optional.empty();
    }
    Duration unheard =
        Duration.ofMillis(reading.lastDataRecvMillis())
            .plusNanos(System.nanoTime() - reading.takenAtNanos());
    return unheard.compareTo(FlightJudge.POKE_AFTER) >= 0 ? Optional.of(unheard) : Optional.empty();
  }

  /** A fresh connection was answered while this one was not, or not at first. */
  void answeredBeside(boolean atOnce) {
    answeredBeside = Answer.of(atOnce);
  }

  /** It was silent under a call for so long, and is not any more. */
  void wasDark(Duration dark) {
    guard.deaths().wasDark(dark);
  }

  /**
   * Gives the connection up while its caller waits on it, and tells once the watch has looked at
   * all others again: a path dies under many at once, and the last caller is not to wait for their
   * diagnoses, the first of which takes tens of milliseconds in a JVM that has made none.
   */
  void condemn(Death why) {
    boolean flying;
    synchronized (this) {
      if (death != null || ended) {
        return;
      }
      death = why;
      condemned = true;
      flying = inFlight;
      abort();
    }
    long now = System.nanoTime();
    guard
        .timer()
        .schedule(
            () -> {
              DeathSigns signs = lateSigns(why, flying, now);
              tell(why, signs.idle(), signs);
            },
            FlightJudge.SAMPLE.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private synchronized DeathSigns lateSigns(Death why, boolean flying, long diedAtNanos) {
    return signs(why, flying, diedAtNanos);
  }

  /**
   * Closes with linger 0: an orderly close would leave the last write in the kernel, to be
   * delivered, and run, when the path heals. The base socket, or TLS would first send its farewell
   * into the dead path.
   */
  private void abort() {
    probe.release();
    try {
      base.setSoLinger(true, 0);
    } catch (IOException closedAlready) {
      // the kernel or the peer was faster
    }
    try {
      base.close();
    } catch (IOException unheard) {
      // nothing more can be done to it
    }
  }

  /** Ends a connection that no pool knows of. */
  void abandon() {
    ends(true);
    abort();
  }

  /**
   * The connection is about to be closed, by whomever.
   *
   * @param abort whether with linger 0
   */
  void ends(boolean abort) {
    Closer closer;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      inFlight = false;
      closer = closer(abort);
      guard.meters().connections(source, -1);
      probe.release();
    }
    guard.watch().remove(this);
    witness.closed();
    permit.closed(closer);
    // For churn an abort of a connection that was well is the caller's close as any other.
    boolean well = closer == Closer.ABORT && death == null;
    long age = System.nanoTime() - openedNanos;
    guard.meters().ended(cause(closer), age);
    churn.closed(age, well ? Closer.LOCAL : closer, guard.timer());
  }

  /** The pool closes an idle connection, and nobody has looked whether its server had before. */
  private Cause cause(Closer closer) {
    Death why = death;
    if (why != null) {
      return why.cause();
    }
    return closer == Closer.REMOTE ? Cause.PEER_CLOSED : Cause.LOCAL_CLOSE;
  }

  private Closer closer(boolean abort) {
    WireSnapshot last = probe.read(System.nanoTime());
    if (last.state() == WireSnapshot.CLOSE_WAIT) {
      return abort ? Closer.ABORT : Closer.REMOTE;
    }
    Death why = death;
    if (why != null && why.cause() == Cause.PEER_RESET) {
      return Closer.RESET;
    }
    return abort || condemned ? Closer.ABORT : Closer.LOCAL;
  }
}
