package dev.holdfast.redis;

import dev.holdfast.internal.channel.LoopTicks;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches a channel by the clock: while calls wait for answers it samples {@code TCP_INFO}, while
 * nothing happens it pings by the plan. Channels in use share one timer of their event loop ({@link
 * LoopTicks}), an idle one costs one timer for each ping; only while a retransmission goes
 * unanswered are there more. Confined to the event loop.
 */
final class PathWatch {

  private final GuardedChannel guarded;
  private final PathDoubts doubts;
  private final Runnable backgroundPing;
  private final FlightJudge judge;
  private @Nullable ListenWatch listening;

  private final LoopTicks.Wait tick = new LoopTicks.Wait(this::sample);
  private boolean sampling;
  private boolean afterRest;
  private @Nullable Future<?> nextSample;
  private long lastSampleNanos;
  private long requestsAtLastSample;
  private @Nullable OverdueReply overdue;
  private boolean stopped;
  private @Nullable Future<?> nextPing;
  private Duration plannedPeriod = Duration.ZERO;

  PathWatch(GuardedChannel guarded, PathDoubts doubts, Runnable backgroundPing) {
    this.guarded = guarded;
    this.doubts = doubts;
    this.judge = new FlightJudge(guarded.wire(), System.nanoTime());
    this.backgroundPing = backgroundPing;
  }

  /** The channel is ready. */
  void start() {
    planPing(0);
    guarded.channel().closeFuture().addListener(closed -> end());
  }

  /** No ping from now on, nor a look at who listens. */
  void stop() {
    stopped = true;
    if (listening != null) {
      listening.end();
    }
    if (nextPing != null) {
      nextPing.cancel(false);
      nextPing = null;
    }
  }

  /** A request was handed to the channel. */
  void onRequest() {
    if (!sampling) {
      sampling = true;
      afterRest = !tick.isInList();
      noteTraffic();
      lastSampleNanos = System.nanoTime();
      judge.begin(lastSampleNanos);
      requestsAtLastSample = guarded.ledger().handedDownSoFar();
      sampleAfter(FlightJudge.SAMPLE);
    }
  }

  /**
   * What had come was answered. The flight of a connection that is seldom used ends here, while all
   * that takes is at hand: a tick would fetch it from memory once more. That of one in steady use
   * ends at a tick.
   */
  void onRead() {
    if (afterRest && sampling && guarded.stack().isEmpty()) {
      noteRequests();
      tick.cancel();
      rest();
    }
  }

  /** The channel is gone: nothing of it waits in the event loop. */
  void end() {
    stop();
    tick.end();
    if (nextSample != null) {
      nextSample.cancel(false);
      nextSample = null;
    }
  }

  /** The first sample of a flight may come earlier, by one tick, which only tells more. */
  private void sampleAfter(Duration pause) {
    EventLoop loop = guarded.channel().eventLoop();
    if (pause.compareTo(FlightJudge.SAMPLE) < 0) {
      nextSample = loop.schedule(this::sample, pause.toNanos(), TimeUnit.NANOSECONDS);
    } else {
      LoopTicks.runAfterNext(loop, tick);
    }
  }

  private void sample() {
    nextSample = null;
    if (!guarded.open()) {
      return;
    }
    long now = System.nanoTime();
    noteRequests();
    noteTraffic();
    if (guarded.stack().isEmpty()) {
      rest();
      return;
    }
    WireSnapshot wire = guarded.snapshot(now);
    WireVerdict verdict = judge.judge(wire, guarded.clocks().sinceRead(now));
    if (doubts.judge(verdict, wire, judge) || isOverdue(wire, now)) {
      return;
    }
    lastSampleNanos = now;
    sampleAfter(judge.pause());
  }

  private void rest() {
    sampling = false;
    guarded.session().quiet();
    judge.rest();
    if (overdue != null) {
      overdue.rest();
    }
    if (guarded.idleLimit().pingPeriod(0).filter(this::comesBeforePlanned).isPresent()) {
      planPing(0);
    }
    if (!stopped && !doubts.blind() && guarded.session().listens()) {
      if (listening == null) {
        listening = new ListenWatch(guarded, doubts);
      }
      listening.begin();
    }
    doubts.heard(); // and what was held begins the next flight
  }

  /** To a sample's precision: a pool counts idle time in seconds. */
  private void noteTraffic() {
    PooledConnection<?, ?> pooled = guarded.endpoint().pooled();
    if (pooled != null) {
      pooled.traffic();
    }
  }

  /** A limit learned since the next ping was planned asks for an earlier one. */
  private boolean comesBeforePlanned(Duration period) {
    return nextPing == null || period.compareTo(plannedPeriod) < 0;
  }

  /** The clock is not read for every request: the previous sample is early enough. */
  private void noteRequests() {
    long requests = guarded.ledger().handedDownSoFar();
    if (requests != requestsAtLastSample) {
      requestsAtLastSample = requests;
      guarded.clocks().requested(lastSampleNanos);
    }
  }

  private boolean isOverdue(WireSnapshot wire, long now) {
    if (!OverdueReply.concerns(guarded, doubts)) {
      return false;
    }
    if (overdue == null) {
      overdue = new OverdueReply(guarded, doubts);
    }
    return overdue.givesUp(wire, now);
  }

  /** Waits for the next ping, its period shortened at random, less the time idle so far. */
  private void planPing(long idleNanos) {
    if (nextPing != null) {
      nextPing.cancel(false);
      nextPing = null;
    }
    if (guarded.settings().backgroundPing() && !stopped) {
      guarded
          .idleLimit()
          .pingPeriod(ThreadLocalRandom.current().nextDouble())
          .ifPresent(period -> pingAfter(period, idleNanos));
    }
  }

  private void pingAfter(Duration period, long idleNanos) {
    plannedPeriod = period;
    nextPing =
        guarded
            .channel()
            .eventLoop()
            .schedule(() -> pingIfIdle(period), period.toNanos() - idleNanos, TimeUnit.NANOSECONDS);
  }

  private void pingIfIdle(Duration period) {
    if (!guarded.open()) {
      return;
    }
    if (!guarded.stack().isEmpty()) {
      planPing(0); // calls in flight move payload, and behind a blocking one a PING would queue
      return;
    }
    long idle = guarded.clocks().sincePayload(System.nanoTime());
    if (idle < period.toNanos() / 2) {
      planPing(idle);
    } else {
      backgroundPing.run();
      planPing(0);
    }
  }
}
