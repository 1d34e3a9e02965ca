package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.FirstAnswer;
import dev.holdfast.internal.wire.LentKeepAlive;
import dev.holdfast.internal.wire.Opinion;
import dev.holdfast.internal.wire.PathTrial;
import dev.holdfast.internal.wire.ProbePace;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Proves an idle connection before calls that must not run twice are sent over it: by a PING, end
 * to end; where the session allows no command of the guard's own, by a probe of the kernel; or by a
 * call of the user's that may run twice, and then costs nothing. Confined to the event loop.
 */
final class PathProof {

  /** What is to be answered. */
  private enum By {
    PING,
    KERNEL_PROBE,
    CALL
  }

  /** Longest wait for the answer; the wait with nobody waiting, for whom patience costs nothing. */
  private static final Duration CEILING = Duration.ofSeconds(1);

  /** Linux' smallest retransmission timeout, {@code TCP_RTO_MIN} of {@code net/tcp.h}. */
  private static final Duration RTO_MIN = Duration.ofMillis(200);

  /** Between looks at a probe: a look is one system call of a microsecond, and a caller waits. */
  private static final Duration LOOK = Duration.ofMillis(2);

  /**
   * By then the event loop has read what had arrived when a deadline came: it reads before it runs
   * what is due, unless it was held up.
   */
  private static final Duration ONE_MORE_READ = Duration.ofMillis(1);

  /** {@code TCP_KEEPIDLE} of a probe, its smallest value: silent for less, the kernel waits. */
  private static final Duration SILENT_FOR = Duration.ofMillis(1_004);

  /** Unanswered ones that loss by chance seldom explains: at 1 %, once in 2,500 times. */
  private static final int PROBES = 2;

  /** Below every {@code TCP_USER_TIMEOUT} that a plan sets. */
  private static final Duration OFTEN_HEARD = Duration.ofSeconds(8);

  /** So much of the time that an answer is overdue passes before it is asked for again. */
  private static final int QUESTIONS = 32;

  private final GuardedChannel guarded;
  private final PathDoubts doubts;
  private final Consumer<ProbeCommand> ping;
  private final Runnable onProved;

  private @Nullable By pending;
  private boolean repeatablePass;
  private boolean callerWaits;
  private boolean lastRead;
  private long startedNanos;
  private long idleNanos;
  private long provingCall;
  private long patienceNanos;
  private long lastAckAtStart;
  private long resentAtStart;
  private final FirstAnswer newcomer;
  private @Nullable ProbePace pace;
  private int probes;
  private LentKeepAlive.@Nullable Loan keepAlive;
  private @Nullable Future<?> deadline;
  private @Nullable Consumer<WireVerdict> asker;

  PathProof(
      GuardedChannel guarded, PathDoubts doubts, Consumer<ProbeCommand> ping, Runnable onProved) {
    this.guarded = guarded;
    this.doubts = doubts;
    this.newcomer = new FirstAnswer(doubts::askPath);
    this.ping = ping;
    this.onProved = onProved;
  }

  boolean pending() {
    return pending != null;
  }

  /** Whether calls that may run twice need not wait. */
  boolean letsRepeatablePass() {
    return repeatablePass;
  }

  /**
   * Begins a proof for a caller who will wait.
   *
   * @param repeatableToo whether calls that may run twice wait as well. They do in any case where
   *     the client's queue is bounded: the PING must take nobody's place
   * @return false if nothing can be asked in this session: then nobody needs to wait
   */
  boolean begin(boolean repeatableToo) {
    if (guarded.session().plain()) {
      start(By.PING);
      if (pending()) { // it went down
        repeatablePass = !repeatableToo && !guarded.bounded();
        callerWaits();
      }
      return pending();
    }
    return beginByKernel();
  }

  /**
   * Has the peer's kernel asked, without a byte of payload.
   *
   * @return false if there is no kernel to ask, or a hop's would answer
   */
  boolean beginByKernel() {
    if (!kernelCanTell()
        || guarded.snapshot(System.nanoTime()).lastAckRecvMillis() < SILENT_FOR.toMillis()) {
      return false;
    }
    LentKeepAlive.Loan loan = guarded.wire().lent().loan();
    if (!loan.poke()) {
      return false;
    }
    keepAlive = loan;
    start(By.KERNEL_PROBE);
    return true;
  }

  /**
   * The call about to be handed down may run twice, and proves the path when it is answered.
   *
   * @param position its number among those handed down
   * @param wire a reading just taken
   */
  void beginByCall(long position, WireSnapshot wire) {
    provingCall = position;
    start(By.CALL, wire);
    repeatablePass = true;
  }

  /** The same where no reading was taken: the kernel has had nothing to learn. */
  void beginByCall(long position, long nowNanos) {
    provingCall = position;
    begins(By.CALL, nowNanos);
    guarded.history().wakes(nowNanos, idleNanos);
    repeatablePass = true;
  }

  /** It was not handed down after all, or nothing is on its way any more. */
  void forgetCall() {
    if (pending == By.CALL) {
      cancel();
    }
  }

  /** Lettuce's {@code reset()}: no answer will be recognised. */
  void forget() {
    cancel();
    settle(new WireVerdict.Usable());
  }

  /** With nobody waiting, to keep the flow alive and to find it dead early. */
  void beginInBackground() {
    if (guarded.session().plain()) {
      start(By.PING);
      if (pending()) {
        awaitFor(CEILING);
      }
    } else if (!beginByKernel()) {
      settle(new WireVerdict.Usable()); // as far as can be known
    }
  }

  boolean kernelCanTell() {
    return guarded.wire().source() == WireSource.EPOLL && !guarded.settings().plan().terminated();
  }

  private void start(By by) {
    start(by, guarded.snapshot(System.nanoTime()));
  }

  private void begins(By by, long nowNanos) {
    pending = by;
    repeatablePass = false;
    callerWaits = false;
    lastRead = false;
    startedNanos = nowNanos;
    idleNanos = guarded.clocks().sincePayload(nowNanos);
  }

  private void start(By by, WireSnapshot wire) {
    begins(by, wire.takenAtNanos());
    resentAtStart = wire.totalRetrans();
    guarded.history().wakes(wire, idleNanos);
    switch (by) {
      case PING -> ping.accept(new ProbeCommand(this::answered));
      case KERNEL_PROBE -> {
        lastAckAtStart = wire.lastAckRecvMillis();
        patienceNanos = WireJudge.answerWithin(wire, CEILING).toNanos();
        pace = new ProbePace(wire, startedNanos);
        probes = 1;
        lookAgain(LOOK);
      }
      case CALL -> {} // the watch over calls in flight sees to it
    }
  }

  /** A caller's command is held behind the proof: from now on the short deadline counts. */
  void callerWaits() {
    if (!callerWaits && pending != By.KERNEL_PROBE) {
      callerWaits = true;
      awaitFor(callersPatience());
    }
  }

  /**
   * The channel was read.
   *
   * @param answered how many commands have been answered
   */
  void read(long answered) {
    if (pending == By.CALL && answered >= provingCall) {
      proved();
    }
  }

  /** Has the outcome told to one who asks besides; a pool asks once at a time. */
  void tell(Consumer<WireVerdict> one) {
    asker = one;
  }

  /** The channel is gone. */
  void abandon() {
    cancel();
    settle(lost(guarded));
  }

  static WireVerdict.Dead lost(GuardedChannel guarded) {
    Cause cause = guarded.causeOfDeath();
    return new WireVerdict.Dead(
        cause == null ? Cause.LOCAL_CLOSE : cause, "the channel is closed or about to be");
  }

  private void settle(WireVerdict verdict) {
    Consumer<WireVerdict> waiting = asker;
    asker = null;
    if (waiting != null) {
      waiting.accept(verdict);
    }
  }

  private void cancel() {
    pending = null;
    repeatablePass = false;
    if (keepAlive != null) {
      keepAlive.giveBack();
      keepAlive = null;
    }
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void answered() {
    if (pending == By.PING) {
      proved();
    }
  }

  private void proved() {
    boolean asked = pending != By.CALL;
    cancel();
    if (asked) {
      guarded.meters().probed(true);
    }
    guarded.proved(System.nanoTime(), Duration.ofNanos(idleNanos));
    settle(new WireVerdict.Usable());
    onProved.run();
  }

  private void awaitFor(Duration patience) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline =
        guarded
            .channel()
            .eventLoop()
            .schedule(this::expired, patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Four round trips and one retransmission; without TCP_INFO neither is known. */
  private Duration callersPatience() {
    WireSnapshot wire = guarded.snapshot(System.nanoTime());
    if (wire.source() == WireSource.NONE && !guarded.settings().plan().terminated()) {
      return CEILING;
    }
    return wire.source() == WireSource.NONE ? RTO_MIN : WireJudge.answerWithin(wire, CEILING);
  }

  /**
   * No answer in time. If the peer's kernel has acknowledged what was sent and no hop could have
   * done so in its place, the path lives and the server is slow: the answer is waited for as any
   * other, and {@link PathWatch} sees to the path.
   */
  private void expired() {
    if (pending == null) {
      return;
    }
    boolean reads = guarded.channel().config().isAutoRead();
    if (!lastRead || !reads) {
      lastRead = true;
      awaitFor(reads ? ONE_MORE_READ : RTO_MIN);
      return;
    }
    long now = System.nanoTime();
    WireSnapshot wire = guarded.snapshot(now);
    boolean slowServer = kernelCanTell() && wire.unacked() == 0;
    if (slowServer) {
      deadline = null;
      return;
    }
    if (!givenUp(Cause.PING_UNANSWERED, wire, now)) {
      awaitFor(nextQuestion(now));
    }
  }

  /**
   * While no newcomer is answered either, the proof is waited for. A PING that is not answered
   * beside one that is leaves nothing behind that must not run twice: the connection is given up at
   * once. What a kernel probe asks for may be in the middle of a transaction.
   */
  private boolean givenUp(Cause cause, WireSnapshot wire, long now) {
    String evidence =
        "no answer in %d ms; %s"
            .formatted(TimeUnit.NANOSECONDS.toMillis(now - startedNanos), wire.evidence());
    boolean givenUp;
    if (doubts.blind()) {
      givenUp = doubts.overdue(cause, evidence, startedNanos, now);
    } else {
      Opinion opinion = newcomer.ask(startedNanos);
      givenUp =
          pending == By.KERNEL_PROBE
              ? opinion instanceof Opinion.Answered answered && !probedAgain(answered, wire, now)
              : PathTrial.mayBeLeft(opinion, wire, resentAtStart);
      if (opinion instanceof Opinion.Answered answered && givenUp) {
        doubts.condemn(
            cause, evidence + "; a fresh connection was answered", answered.darkness().isZero());
      }
    }
    if (givenUp) {
      guarded.meters().probed(false);
    }
    return givenUp;
  }

  /**
   * The probe may have been lost by chance, or while the path was dark. The kernel closes what was
   * silent for longer than {@code TCP_USER_TIMEOUT} over a second one.
   */
  private boolean probedAgain(Opinion.Answered answered, WireSnapshot wire, long now) {
    ProbePace sent = pace;
    LentKeepAlive.Loan loan = keepAlive;
    if (sent == null || loan == null || wire.lastAckRecvMillis() > OFTEN_HEARD.toMillis()) {
      return false;
    }
    if (now - sent.toldNanos() >= patienceNanos) {
      if (probes >= PROBES && sent.toldNanos() - answered.atNanos() > 0) {
        return false;
      }
      if (sent.untilFree(wire).compareTo(Duration.ZERO) <= 0) {
        probes++;
        sent.next(now);
        loan.poke();
      }
    }
    return true;
  }

  private Duration nextQuestion(long now) {
    long wait = (now - startedNanos) / QUESTIONS;
    return Duration.ofNanos(Math.min(Math.max(wait, LOOK.toNanos()), RTO_MIN.toNanos() / 2));
  }

  private void lookAgain(Duration pause) {
    deadline =
        guarded.channel().eventLoop().schedule(this::look, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void look() {
    if (pending != By.KERNEL_PROBE || !guarded.open()) {
      return;
    }
    long now = System.nanoTime();
    WireSnapshot wire = guarded.snapshot(now);
    if (wire.lastAckRecvMillis() < lastAckAtStart) {
      proved();
    } else if (now - startedNanos < patienceNanos) {
      lookAgain(LOOK);
    } else if (!givenUp(Cause.PROBES_UNANSWERED, wire, now)) {
      lookAgain(nextQuestion(now));
    }
  }
}
