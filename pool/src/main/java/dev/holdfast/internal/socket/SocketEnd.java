package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How one TCP connection ends, and what is told of it: the first reason stays. Used by the thread
 * that has leased it and by the guard's own, under the socket's lock where both may meet.
 */
public final class SocketEnd {

  private final OpenSocket socket;
  private final SocketParts guard;
  private final IdleWitness witness;
  private final Permit permit;
  private final EndpointChurn churn;
  private volatile Answer answeredBeside = Answer.UNKNOWN;
  private volatile @Nullable Death death;
  private volatile boolean condemned;
  private boolean ended;

  SocketEnd(
      OpenSocket socket,
      SocketParts guard,
      IdleWitness witness,
      Permit permit,
      EndpointChurn churn) {
    this.socket = socket;
    this.guard = guard;
    this.witness = witness;
    this.permit = permit;
    this.churn = churn;
  }

  /**
   * Whether it was given up under its caller.
   *
   * @return true once it was
   */
  public boolean condemned() {
    return condemned;
  }

  /**
   * Why it ends.
   *
   * @return null while it does not, or if nobody knows
   */
  public @Nullable Death death() {
    return death;
  }

  /**
   * Notes why the connection ends, and tells; the first reason stays.
   *
   * @param why what was met
   */
  public void dies(Death why) {
    DeathSigns signs;
    Duration age;
    synchronized (socket) {
      if (death != null || ended) {
        return;
      }
      death = why;
      long now = System.nanoTime();
      if (why.cause() == Cause.PEER_RESET) {
        socket.reset(now);
      }
      boolean flying = socket.inFlight();
      signs = signs(why, flying, now);
      age = flying ? signs.idle() : signs.idle().minus(closedFor(now));
    }
    tell(why, age, signs);
  }

  private DeathSigns signs(Death why, boolean flying, long nowNanos) {
    return socket.signs(why.cause(), flying, nowNanos).answeredBeside(answeredBeside).build();
  }

  /** A blocking socket finds the server's FIN long after; it was the last that the kernel heard. */
  private Duration closedFor(long nowNanos) {
    WireSnapshot reading = socket.latest();
    return reading == null || reading.state() != WireSnapshot.CLOSE_WAIT
        ? Duration.ZERO
        : Duration.ofMillis(reading.lastAckRecvMillis())
            .plusNanos(nowNanos - reading.takenAtNanos());
  }

  private void tell(Death why, Duration age, DeathSigns signs) {
    if (why.cause() != Cause.LOCAL_CLOSE) {
      Optional<Duration> unheard = signs.inFlight() == Answer.YES ? unheard() : Optional.empty();
      guard.deaths().died(socket.endpoint(), witness, age, signs, why.evidence(), unheard);
    }
  }

  /** Of a caller that reads what goes on, or waits for what does not begin. */
  private Optional<Duration> unheard() {
    WireSnapshot reading = socket.latest();
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
   *
   * @param why what was seen
   */
  public void condemn(Death why) {
    boolean flying;
    synchronized (socket) {
      if (death != null || ended) {
        return;
      }
      death = why;
      condemned = true;
      flying = socket.inFlight();
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

  private DeathSigns lateSigns(Death why, boolean flying, long diedAtNanos) {
    synchronized (socket) {
      return signs(why, flying, diedAtNanos);
    }
  }

  /**
   * Closes with linger 0: an orderly close would leave the last write in the kernel, to be
   * delivered, and run, when the path heals. The base socket, or TLS would first send its farewell
   * into the dead path.
   */
  private void abort() {
    Socket base = socket.base();
    socket.probe().release();
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
  public void abandon() {
    ends(true);
    abort();
  }

  /**
   * The connection is about to be closed, by whomever.
   *
   * @param abort whether with linger 0
   */
  public void ends(boolean abort) {
    Closer closer;
    synchronized (socket) {
      if (ended) {
        return;
      }
      ended = true;
      closer = closer(abort);
      socket.released();
    }
    guard.watch().remove(socket);
    witness.closed();
    permit.closed(closer);
    // For churn an abort of a connection that was well is the caller's close as any other.
    boolean well = closer == Closer.ABORT && death == null;
    long age = System.nanoTime() - socket.openedNanos();
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
    WireSnapshot last = socket.probe().read(System.nanoTime());
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
