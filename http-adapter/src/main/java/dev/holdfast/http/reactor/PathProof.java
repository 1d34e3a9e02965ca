package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.IdleTrial;
import dev.holdfast.internal.wire.LentKeepAlive;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.wire.WireSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kernel keepalive probe that proves an idle connection, without a byte of payload, before calls
 * that must not run twice are sent over it. It proves the path to whoever terminates TCP, not the
 * server's application. A connection whose probe goes unanswered is left once a fresh one was
 * answered; while none is, the path is dark, a dial in its place would be lost as well, and TCP may
 * yet mend it: those who wait go on waiting. Confined to the event loop.
 */
final class PathProof {

  private static final Duration CEILING = Duration.ofMillis(800);

  /** Between looks: a look is one system call of a microsecond, and a caller waits. */
  private static final Duration LOOK = Duration.ofMillis(2);

  /** Waits for the proof. */
  interface Waiting {

    /** The path was proved. */
    void proved();

    /** The connection is lost; nothing was sent over it. */
    void lost();
  }

  private final GuardedConnection guarded;
  private final List<Waiting> waiting = new ArrayList<>(1);
  private LentKeepAlive.@Nullable Loan asking;
  private long startedNanos;
  private long patienceNanos;
  private long lastAckAtStart;
  private @Nullable IdleTrial trial;

  PathProof(GuardedConnection guarded) {
    this.guarded = guarded;
  }

  /**
   * Asks the peer's kernel; with a proof under way, waits for that one. While the path is dark its
   * kernel asks of itself, and the end of the darkness is waited for.
   */
  void ask(Waiting who) {
    waiting.add(who);
    if (pending()) {
      return;
    }
    long now = System.nanoTime();
    if (guarded.dark()) {
      startedNanos = waiting.size() == 1 ? now : startedNanos;
      return;
    }
    WireSnapshot wire = guarded.snapshot(now);
    long idle = guarded.clocks().sincePayload(now);
    LentKeepAlive.Loan loan = guarded.wire().lent().loan();
    if (!loan.poke()) {
      return; // closed this moment: lost() follows
    }
    guarded.history().wakes(wire, idle);
    asking = loan;
    trial = new IdleTrial(guarded::ask, wire, now);
    startedNanos = now;
    lastAckAtStart = wire.lastAckRecvMillis();
    patienceNanos = WireJudge.answerWithin(wire, CEILING).toNanos();
    lookAgain(LOOK.toNanos());
  }

  /** Whether an answer is waited for. */
  boolean pending() {
    return asking != null;
  }

  private void lookAgain(long pauseNanos) {
    guarded.channel().eventLoop().schedule(this::look, pauseNanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    LentKeepAlive.Loan loan = asking;
    IdleTrial asked = trial;
    if (loan == null || asked == null || guarded.doomed() || !guarded.channel().isActive()) {
      return;
    }
    long now = System.nanoTime();
    WireSnapshot wire = guarded.snapshot(now);
    if (wire.lastAckRecvMillis() < lastAckAtStart) {
      loan.giveBack();
      asking = null;
      trial = null;
      if (asked.dark()) {
        guarded.guard().deaths().wasDark(Duration.ofNanos(now - startedNanos));
      }
      guarded.guard().meters().probed(true);
      guarded.proved(now);
      settle(Waiting::proved);
    } else if (now - startedNanos < patienceNanos) {
      lookAgain(LOOK.toNanos());
    } else if (!isLeft(asked, loan, wire, now)) {
      lookAgain(asked.pauseNanos(now));
    }
  }

  private boolean isLeft(IdleTrial asked, LentKeepAlive.Loan loan, WireSnapshot wire, long now) {
    switch (asked.overdue(wire)) {
      case LEAVE -> {
        asked.pathWorked().ifPresent(guarded::answeredBeside);
        guarded.condemn(
            Cause.PROBES_UNANSWERED,
            "no answer in %d ms; %s; %s"
                .formatted(
                    TimeUnit.NANOSECONDS.toMillis(now - startedNanos),
                    wire.evidence(),
                    asked.evidence()));
        return true;
      }
      case ASK_AGAIN -> loan.poke();
      case LET_BE -> loan.letBe();
      case WAIT -> {}
    }
    return false;
  }

  /** The path is not dark any more. */
  void lit() {
    if (!pending()) {
      settle(Waiting::proved);
    }
  }

  /** The connection is lost, whoever found out. */
  void lost() {
    if (pending()) {
      asking = null;
      guarded.guard().meters().probed(false);
    }
    settle(Waiting::lost);
  }

  private void settle(Consumer<Waiting> outcome) {
    List<Waiting> all = List.copyOf(waiting);
    waiting.clear();
    for (Waiting one : all) {
      guarded.guard().meters().held(System.nanoTime() - startedNanos);
      outcome.accept(one);
    }
  }
}
