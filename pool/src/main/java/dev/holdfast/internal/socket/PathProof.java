package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.IdleTrial;
import dev.holdfast.internal.wire.LentKeepAlive;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Proves the path of an idle connection before a request that must not be lost is sent over it. The
 * protocol may have no ping; the kernel's keepalive probe needs none, and sends not a byte of
 * payload. It proves the way to whatever terminates TCP. A connection whose probe goes unanswered
 * is left once a fresh one was answered; while none is, the path is dark, a dial in its place would
 * be lost as well, and TCP may yet mend it. Confined to the caller's thread.
 */
final class PathProof {

  private static final Duration CEILING = Duration.ofSeconds(1);

  /** The kernel probes nothing it heard from within {@code TCP_KEEPIDLE}, one second at least. */
  private static final long JUST_HEARD_MILLIS = 1_000;

  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  /** The caller has hung up, which tells nothing; its client discards the connection. */
  private static final Death UNFINISHED = new Death(Cause.LOCAL_CLOSE, "its caller hung up");

  private final OpenSocket socket;
  private final LentKeepAlive.Loan keepAlive;
  private final IdleTrial trial;
  private final Caller caller;
  private final long beganNanos = System.nanoTime();

  /** What was heard since then proves the path, whoever asked: after it the kernel asks no more. */
  private final long lastAckAtStart;

  private final long patienceNanos;
  private final long callersNanos;

  private PathProof(OpenSocket socket, WireSnapshot before, SocketParts guard, Caller caller) {
    this.socket = socket;
    this.keepAlive = socket.probe().lent().loan();
    this.caller = caller;
    this.lastAckAtStart = before.lastAckRecvMillis();
    this.trial = new IdleTrial(guard.watch().opinion(socket), before, beganNanos);
    this.patienceNanos = WireJudge.answerWithin(before, CEILING).toNanos();
    this.callersNanos = caller.patienceNanos(socket.base());
  }

  /**
   * Blocks for a round trip and a tick of the kernel's timer; a second at most, unless the path is
   * dark: then until it is not, or for as long as the caller waits for an answer.
   *
   * @param before a reading taken just now
   * @return why the connection must not be used; null if it is proved, or the kernel cannot be
   *     asked
   */
  static @Nullable Death disprove(
      OpenSocket socket, WireSnapshot before, SocketParts guard, Caller caller) {
    if (before.source() == WireSource.NONE || before.lastAckRecvMillis() < JUST_HEARD_MILLIS) {
      return null;
    }
    Death found;
    PathProof proof = new PathProof(socket, before, guard, caller);
    try {
      if (!proof.keepAlive.poke()) {
        return null;
      }
      found = proof.await();
    } finally {
      proof.keepAlive.giveBack();
    }
    if (UNFINISHED.equals(found)) {
      return null;
    }
    guard.meters().probed(found == null);
    guard.meters().held(System.nanoTime() - proof.beganNanos);
    return found;
  }

  /** An interrupt tells nothing about the path: it is kept for whoever heeds it. */
  private @Nullable Death await() {
    boolean interrupted = false;
    try {
      while (!caller.isGone()) {
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(pauseNanos());
        WireSnapshot wire = socket.read(System.nanoTime());
        if (wire.source() == WireSource.NONE) {
          return new Death(Cause.LOCAL_CLOSE, "closed while it was probed");
        }
        if (ReuseCheck.ended(wire) instanceof WireVerdict.Dead dead) {
          return new Death(dead.cause(), dead.evidence());
        }
        long sinceNanos = wire.takenAtNanos() - beganNanos;
        if (wire.lastAckRecvMillis() < lastAckAtStart) {
          answered(sinceNanos);
          return null;
        }
        Death unanswered = sinceNanos > patienceNanos ? overdue(wire, sinceNanos) : null;
        if (unanswered != null) {
          return unanswered;
        }
      }
      return UNFINISHED;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long pauseNanos() {
    long now = System.nanoTime();
    return now - beganNanos < patienceNanos ? LOOK_NANOS : trial.pauseNanos(now);
  }

  private void answered(long sinceNanos) {
    if (trial.dark()) {
      socket.end().wasDark(Duration.ofNanos(sinceNanos));
    }
  }

  private @Nullable Death overdue(WireSnapshot wire, long sinceNanos) {
    String evidence =
        "no answer in %d ms; %s"
            .formatted(TimeUnit.NANOSECONDS.toMillis(sinceNanos), wire.evidence());
    switch (trial.overdue(wire)) {
      case LEAVE -> {
        trial.pathWorked().ifPresent(socket.end()::answeredBeside);
        return new Death(Cause.PROBES_UNANSWERED, evidence + "; " + trial.evidence());
      }
      case ASK_AGAIN -> keepAlive.poke();
      case LET_BE -> keepAlive.letBe();
      case WAIT -> {}
    }
    if (sinceNanos > callersNanos) {
      caller.isLate();
      return new Death(Cause.PROBES_UNANSWERED, evidence);
    }
    return null;
  }
}
