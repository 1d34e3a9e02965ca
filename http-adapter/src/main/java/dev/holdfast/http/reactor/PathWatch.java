package dev.holdfast.http.reactor;

import dev.holdfast.internal.channel.LoopTicks;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.internal.wire.PathTrial;
import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Samples {@code TCP_INFO} while responses are due, and of a connection that was handed over to its
 * client for as long as it lives: that one may only listen, and would not miss what does not come.
 * Connections in use share one timer of their event loop ({@link LoopTicks}), an idle one costs
 * none, one that listens has one a second; only while a retransmission or a probe goes unanswered
 * are there more. Confined to the event loop.
 */
final class PathWatch {

  private final GuardedConnection guarded;
  private final FlightJudge judge;
  private final PathTrial trial;

  private final LoopTicks.Wait tick = new LoopTicks.Wait(this::sample);

  private boolean sampling;
  private volatile boolean dark;

  PathWatch(GuardedConnection guarded) {
    this.guarded = guarded;
    this.trial = new PathTrial(guarded::ask);
    this.judge = new FlightJudge(guarded.wire(), System.nanoTime());
  }

  /** Whether the path is dark. Any thread. */
  boolean dark() {
    return dark;
  }

  /** A request is about to be written. */
  void onRequest() {
    if (!sampling && guarded.wired()) {
      sampling = true;
      judge.begin(System.nanoTime());
      sampleAfter(FlightJudge.SAMPLE);
    }
  }

  private void sampleAfter(Duration pause) {
    EventLoop loop = guarded.channel().eventLoop();
    if (pause.equals(FlightJudge.SAMPLE)) {
      LoopTicks.runAfterNext(loop, tick);
    } else {
      loop.schedule(this::sample, pause.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void sample() {
    if (guarded.doomed() || !guarded.channel().isActive()) {
      return;
    }
    boolean listens = guarded.handedOver();
    if (guarded.idle() && !listens) {
      rest();
      return;
    }
    long now = System.nanoTime();
    WireSnapshot wire = guarded.snapshot(now);
    WireVerdict verdict = judge.judge(wire, guarded.clocks().sinceRead(now));
    Ruling ruling = trial.rule(verdict, wire, judge);
    if (ruling instanceof Ruling.Condemned condemned) {
      guarded.answeredBeside(condemned.pathWorked());
      guarded.condemn(condemned.cause(), condemned.evidence());
      return;
    }
    if (ruling instanceof Ruling.Lit lit) {
      wasDark(lit.dark());
    }
    dark = trial.dark();
    sampleAfter(listens ? judge.pauseOfListener(wire) : judge.pause());
  }

  /** What waits for the end of it goes on. */
  private void wasDark(Duration howLong) {
    dark = false;
    guarded.guard().deaths().wasDark(howLong);
    guarded.proof().lit();
  }

  private void rest() {
    sampling = false;
    judge.rest();
    trial.heard(System.nanoTime()).ifPresent(this::wasDark);
  }
}
