package dev.holdfast.gate;

import io.github.resilience4j.core.IntervalFunction;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an endpoint that comes back from being knocked over by those who lost it together. Confined
 * to the lock of its {@link EndpointGate}.
 *
 * <p>Calm until a number of connects failed one after the other, until connections were reset
 * together, or until one after the other was ended before it had answered anything: then one prober
 * at a time, and after the first that succeeds a refill at a rising rate. Only resets count as lost
 * together: a server that ends idle connections by FIN does so to many at once and is well.
 */
final class StormControl {

  /** What is done with one caller. */
  sealed interface Verdict {
    record Dial() implements Verdict {}

    record Hold(long nanos) implements Verdict {}

    record Refuse(String why, long retryNanos) implements Verdict {}
  }

  private static final Verdict DIAL = new Verdict.Dial();
  private static final int LEAST_LOST_TOGETHER = 3;
  private static final int LOST_SHARE = 16;
  private static final long TOGETHER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Once is no row: a server ends one connection and serves the next. */
  private static final int LEAST_OF_NO_USE = 2;

  /** Longest wait between connects to a server that accepts them: it may be well any moment. */
  private static final long LONGEST_PACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A server that refuses is there, without its process: most are back by then. */
  private static final long RESTART_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** It is tried again after such a part of the time it has refused for. */
  private static final int REFUSING_PART = 4;

  /** One that refuses for longer is down as others are. */
  private static final long LONGEST_RESTART_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long SHORTEST_REFUSED_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long SHORTEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StormPolicy policy;
  private final double most;
  private final DoubleSupplier random;
  private final IntervalFunction waits;

  private StormState state = StormState.CALM;
  private int failures;
  private long failedAt;
  private boolean refusing;
  private long refusingSince;
  private int ofNoUse;
  private long endedAt;
  private int open;
  private int lost;
  private long lostSince;
  private @Nullable Throwable last;
  private @Nullable Object prober;
  private long probeBegan;
  private long proberGivenUp;
  private long nextProbe;
  private int probes;
  private @Nullable RefillRate refill;
  private long busyUntil;

  private final FlyingDials flying = new FlyingDials();

  StormControl(StormPolicy policy, double most, DoubleSupplier random, long now) {
    this.policy = policy;
    this.most = most;
    this.random = random;
    this.waits = policy.probes().waits(random);
    this.lostSince = now;
    this.nextProbe = now;
    this.busyUntil = now;
  }

  /** A refill that nobody has asked about for a while is over, though nobody has seen it end. */
  StormState state(long now) {
    return state == StormState.REFILLING && now - busyUntil >= 0 ? StormState.CALM : state;
  }

  @Nullable Throwable last() {
    return last;
  }

  /** What the caller behind {@code ahead} others, with so much time left, may do. */
  Verdict ask(int ahead, long left, long now) {
    return switch (state) {
      case CALM -> DIAL;
      case PROBING -> probing(ahead, left, now);
      case REFILLING -> refilling(ahead, left, now);
    };
  }

  /**
   * The same for one who asks other endpoints the same, and must not be held: what those answer
   * would wait with him. He dials as he would without a gate, but for an endpoint that says
   * nothing: there he would wait out his connect timeout each time.
   */
  Verdict askUnheld(long now) {
    boolean silent = state == StormState.PROBING && failures > 0 && !refusing;
    if (!silent || probeDue(now)) {
      return DIAL;
    }
    return new Verdict.Refuse(since(), Math.max(SHORTEST_LOOK_NANOS, nextProbe - now));
  }

  private boolean probed(long now) {
    return prober != null && now - proberGivenUp < 0;
  }

  private boolean probeDue(long now) {
    return !probed(now) && now - nextProbe >= 0;
  }

  private Verdict probing(int ahead, long left, long now) {
    if (probeDue(now)) {
      return DIAL;
    }
    boolean probed = probed(now);
    // Looks again after as long as the prober has taken so far: soon where round trips are short.
    long look =
        probed
            ? Math.min(LONGEST_LOOK_NANOS, Math.max(SHORTEST_LOOK_NANOS, now - probeBegan))
            : nextProbe - now;
    long wait = jittered(look);
    if (failures == 0 && wait < left) {
      return hold(wait, now); // reset together, but nobody has failed to connect yet
    }
    if (refusing && now - refusingSince < RESTART_NANOS && wait < left / 2) {
      return hold(wait, now); // a restart: whoever has the time gets his connection
    }
    if (!probed && ahead == 0 && look <= Math.min(LONGEST_LOOK_NANOS, left / 2)) {
      return hold(look, now); // it is the next to try
    }
    long retry = probed ? Math.max(wait, TimeUnit.MILLISECONDS.toNanos(100)) : wait;
    busy(now + retry);
    String next =
        probed
            ? "one caller is trying it"
            : "it is tried again in " + TimeUnit.NANOSECONDS.toMillis(look) + " ms";
    return new Verdict.Refuse(since() + "; " + next, retry);
  }

  private String since() {
    if (failures > 0) {
      return failures == 1 ? "its latest connect failed" : failures + " connects in a row failed";
    }
    return ofNoUse >= LEAST_OF_NO_USE
        ? "it ended " + ofNoUse + " connections in a row before it had answered anything"
        : "its connections were reset together";
  }

  private Verdict refilling(int ahead, long left, long now) {
    RefillRate rate = refill;
    if (rate == null || now - busyUntil >= 0) {
      calm();
      return DIAL;
    }
    long late = flying.lateness(now);
    if (late > 0) {
      rate.congested();
    }
    long silence = late > 0 ? 0 : flying.silence(now);
    if (silence > 0) { // the others wait for what becomes of it
      long look = Math.max(SHORTEST_LOOK_NANOS, silence);
      return hold(Math.min(jittered(look), Math.max(1, left - 1)), now);
    }
    long wait = Math.max(rate.wait(ahead, now), Math.min(late, LONGEST_LOOK_NANOS));
    if (wait == 0) {
      return DIAL;
    }
    long least = rate.leastWait(ahead, now);
    if (rate.clockedByAnswers()) {
      wait = Math.min(wait, jittered(SHORTEST_LOOK_NANOS));
      least = 0;
    }
    if (least < left) {
      return hold(Math.max(least, Math.min(wait, LONGEST_LOOK_NANOS)), now);
    }
    long retry = jittered(least);
    busy(now + retry);
    return new Verdict.Refuse(
        String.format(
            Locale.ROOT,
            "it is being filled again at %.2f connects/s and %d callers are ahead",
            rate.perSecond(),
            ahead),
        retry);
  }

  private Verdict hold(long nanos, long now) {
    busy(now + nanos);
    return new Verdict.Hold(Math.max(1, nanos));
  }

  /** Those told to come back must still find the refill, or they would all dial at once. */
  private void busy(long until) {
    if (until + QUIET_NANOS - busyUntil > 0) {
      busyUntil = until + QUIET_NANOS;
    }
  }

  /**
   * A caller dials; while probing it is the prober, for as long as its own time lasts, unless it
   * was let through before a probe was due.
   */
  void dialled(Object dial, long left, long now) {
    if (state == StormState.PROBING && probeDue(now)) {
      prober = dial;
      probeBegan = now;
      proberGivenUp = now + left;
    } else if (refill != null) {
      refill.take();
    }
    if (state != StormState.CALM) {
      flying.begins(dial, now);
    }
  }

  /** The dial has waited for an answer longer than one takes, and is made again or left alone. */
  void silent(Object dial, long now) {
    boolean patient = refill == null || refill.clockedByAnswers();
    if (flying.silent(dial, patient, now) && refill != null) {
      refill.congested();
    }
  }

  /** A dial of {@code took} nanoseconds has connected. */
  void connected(Object dial, long took, long now) {
    FlyingDials.Fate fate = flying.connected(dial, took, now);
    open++;
    failures = 0;
    last = null;
    if (state == StormState.PROBING) {
      state = StormState.REFILLING;
      prober = null;
      probes = 0;
      refill = new RefillRate(policy.refillPerSecond(), most, random, now);
      refill.answered();
      busy(now);
    } else if (refill != null) {
      switch (fate) {
        case PROMPT -> refill.answered();
        case LATE -> refill.answeredLate();
        case LOST -> refill.congested();
      }
    }
  }

  /**
   * A dial failed. Those under way together when the first of them fails are one piece of evidence,
   * whatever their number: a moment's fault on the path ends them all.
   */
  void failed(Object dial, long beganAt, Throwable cause, long now) {
    flying.over(dial);
    noteRefusal(cause, now);
    if (failures == 0 || beganAt - failedAt >= 0) {
      failures++;
      failedAt = now;
    }
    last = cause;
    if (refill != null) {
      refill.congested();
    }
    if (state == StormState.PROBING) {
      if (dial == prober) {
        prober = null;
        nextProbe = now + waitBefore(++probes, now);
      }
    } else if (failures >= policy.failures()) {
      probe(now + waitBefore(++probes, now));
    }
  }

  /** Only a row of refusals is one: whatever else fails speaks of the path. */
  private void noteRefusal(Throwable cause, long now) {
    boolean refused = ConnectOutcome.of(cause) == ConnectOutcome.REFUSED;
    if (failures == 0) {
      refusing = refused;
      refusingSince = now;
    } else {
      refusing &= refused;
    }
  }

  /** A connection has answered a request. */
  void ofUse() {
    ofNoUse = 0;
  }

  /**
   * A connection was ended before it had answered anything. Those under way together when the first
   * of them ends are one piece of evidence here too.
   */
  void ofNoUse(long beganAt, long now) {
    if (ofNoUse == 0 || beganAt - endedAt >= 0) {
      ofNoUse++;
      endedAt = now;
    }
    if (ofNoUse >= LEAST_OF_NO_USE && state != StormState.PROBING) {
      probe(now + Math.min(LONGEST_PACE_NANOS, waitBefore(ofNoUse - LEAST_OF_NO_USE + 1)));
    }
  }

  /** The caller gave its dial up; that says nothing about the endpoint. */
  void abandoned(Object dial) {
    flying.over(dial);
    if (dial == prober) {
      prober = null;
    }
  }

  void closed(Closer who, long now) {
    open--;
    if (who != Closer.RESET) {
      return;
    }
    if (now - lostSince > TOGETHER_NANOS) {
      lost = 0;
      lostSince = now;
    }
    lost++;
    if (state == StormState.CALM && lost >= Math.max(LEAST_LOST_TOGETHER, open / LOST_SHARE)) {
      probe(now);
    }
  }

  private void probe(long first) {
    state = StormState.PROBING;
    prober = null;
    refill = null;
    nextProbe = first;
    busyUntil = first;
    flying.forgetPath();
  }

  private void calm() {
    state = StormState.CALM;
    refill = null;
    probes = 0;
  }

  /** A refusal costs neither side anything to speak of, and a process comes back at any moment. */
  private long waitBefore(int probe, long now) {
    long wait = waitBefore(probe);
    long refusingFor = now - refusingSince;
    if (!refusing || refusingFor > LONGEST_RESTART_NANOS) {
      return wait;
    }
    long soon = Math.max(SHORTEST_REFUSED_WAIT_NANOS, refusingFor / REFUSING_PART);
    return Math.min(wait, jittered(soon));
  }

  private long waitBefore(int probe) {
    return TimeUnit.MILLISECONDS.toNanos(waits.apply(probe));
  }

  private long jittered(long nanos) {
    double jitter = policy.probes().jitter();
    return Math.max(1, (long) (nanos * (1 + jitter * random.getAsDouble())));
  }
}
