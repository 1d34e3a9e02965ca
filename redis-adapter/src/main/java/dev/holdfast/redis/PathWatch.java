package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.AckProgress;
import dev.holdfast.wire.WireJudge;
import dev.holdfast.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches a channel by the clock: while calls wait for answers it samples {@code TCP_INFO}, while
 * nothing happens it pings by the plan. A channel in use costs one timer every {@link #SAMPLE}, an
 * idle one costs one timer for each ping; only while a retransmission goes unanswered are there
 * more. Confined to the event loop.
 */
final class PathWatch {

  /** Linux' smallest retransmission timeout: nothing can be learned faster. */
  private static final Duration SAMPLE = Duration.ofMillis(200);

  /**
   * Between samples once a path has been silent long enough and only a retransmission timeout is
   * missing, whose moment no sample can foresee: a tick of a kernel with HZ=100.
   */
  private static final Duration CLOSE_LOOK = Duration.ofMillis(10);

  /** A server silent for this long while calls wait: ask its kernel whether the path lives. */
  private static final Duration POKE_AFTER = Duration.ofSeconds(1);

  private static final Duration LONGEST_POKE_PAUSE = Duration.ofMinutes(1);

  /** Unanswered probes, one a second, before the kernel closes a poked connection. */
  private static final int POKE_COUNT = 3;

  private final GuardedChannel guarded;
  private final Runnable backgroundPing;
  private final AckProgress progress = new AckProgress(System.nanoTime());

  private boolean sampling;
  private long lastSampleNanos;
  private long requestsAtLastSample;
  private @Nullable KeepAliveSettings beforePoke;
  private long pokedAtNanos;
  private long pokePauseNanos = POKE_AFTER.toNanos();
  private @Nullable Future<?> nextPing;
  private Duration plannedPeriod = Duration.ZERO;

  PathWatch(GuardedChannel guarded, Runnable backgroundPing) {
    this.guarded = guarded;
    this.backgroundPing = backgroundPing;
  }

  /** The channel is ready. */
  void start() {
    planPing(0);
  }

  /** A request was handed to the channel. */
  void onRequest() {
    if (!sampling) {
      sampling = true;
      lastSampleNanos = System.nanoTime();
      progress.begin(lastSampleNanos);
      requestsAtLastSample = guarded.ledger().handedDownSoFar();
      sampleAfter(SAMPLE);
    }
  }

  private void sampleAfter(Duration pause) {
    guarded.channel().eventLoop().schedule(this::sample, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** While retransmissions go unanswered the next sample is due when the verdict can change. */
  private static Duration pauseAfter(WireVerdict verdict, WireSnapshot wire, long stalledNanos) {
    if (!(verdict instanceof WireVerdict.Suspect)) {
      return SAMPLE;
    }
    Duration holds = WireJudge.holdsFor(wire, stalledNanos);
    if (holds.isZero()) {
      return CLOSE_LOOK;
    }
    return holds.compareTo(SAMPLE) < 0 ? holds : SAMPLE;
  }

  private void sample() {
    if (!guarded.open()) {
      return;
    }
    long now = System.nanoTime();
    noteRequests();
    if (guarded.stack().isEmpty()) {
      rest();
      return;
    }
    WireSnapshot wire = guarded.snapshot(now);
    long stalled = progress.sample(wire);
    WireVerdict verdict = WireJudge.inFlight(wire, stalled);
    if (verdict instanceof WireVerdict.Dead dead) {
      guarded.condemn(dead.cause(), dead.evidence());
      return;
    }
    askSilentPeer(wire, now);
    giveUpTimedOutBehindProxy(wire, now);
    lastSampleNanos = now;
    sampleAfter(pauseAfter(verdict, wire, stalled));
  }

  private void rest() {
    sampling = false;
    guarded.session().quiet();
    restoreKeepAlive();
    pokePauseNanos = POKE_AFTER.toNanos();
    if (guarded.idleLimit().pingPeriod(0).filter(this::comesBeforePlanned).isPresent()) {
      planPing(0);
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

  /**
   * Everything is acknowledged and no answer comes: a slow server, or a path that died after the
   * acknowledgement. Only a kernel probe can tell, so one is sent; unanswered ones add up in {@link
   * WireSnapshot#probes()}.
   */
  private void askSilentPeer(WireSnapshot wire, long now) {
    if (beforePoke != null) {
      long sincePokeMillis = TimeUnit.NANOSECONDS.toMillis(now - pokedAtNanos);
      if (wire.lastAckRecvMillis() < sincePokeMillis) {
        restoreKeepAlive();
      }
      return;
    }
    boolean silent =
        wire.source() == WireSource.EPOLL
            && wire.unacked() == 0
            && guarded.clocks().sinceRead(now) > POKE_AFTER.toNanos()
            && wire.lastAckRecvMillis() > POKE_AFTER.toMillis();
    if (silent && now - pokedAtNanos > pokePauseNanos) {
      KeepAliveSettings settings = guarded.wire().keepAlive();
      if (guarded.wire().poke(POKE_COUNT)) {
        beforePoke = settings;
        pokedAtNanos = now;
        pokePauseNanos = Math.min(2 * pokePauseNanos, LONGEST_POKE_PAUSE.toNanos());
      }
    }
  }

  private void restoreKeepAlive() {
    if (beforePoke != null) {
      guarded.wire().restore(beforePoke);
      beforePoke = null;
    }
  }

  /**
   * Behind a hop that terminates TCP the acknowledgements are that hop's, and nothing below the
   * application can tell a slow server from a lost one. The caller's own timeout decides: once the
   * oldest command has timed out without a byte read since, the connection is not used again.
   */
  private void giveUpTimedOutBehindProxy(WireSnapshot wire, long now) {
    RedisCommand<?, ?, ?> oldest = guarded.stack().peek();
    boolean blind = guarded.settings().plan().terminated() || wire.source() == WireSource.NONE;
    if (blind
        && oldest != null
        && oldest.isDone()
        && guarded.clocks().sinceRead(now) > POKE_AFTER.toNanos()) {
      guarded.condemn(
          Cause.REPLY_OVERDUE,
          "nothing read for %d ms; %s"
              .formatted(
                  TimeUnit.NANOSECONDS.toMillis(guarded.clocks().sinceRead(now)), wire.evidence()));
    }
  }

  /** Waits for the next ping, its period shortened at random, less the time idle so far. */
  private void planPing(long idleNanos) {
    if (nextPing != null) {
      nextPing.cancel(false);
      nextPing = null;
    }
    if (guarded.settings().backgroundPing()) {
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
