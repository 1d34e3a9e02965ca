package dev.holdfast.internal.dial;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.internal.wire.Opinion;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What fresh connections to one endpoint have told. A dial that is not answered is made again from
 * another port while somebody asks, and given up when nobody does. Thread-safe.
 */
final class EndpointOpinion {

  /** Who is in doubt asks again within this time. */
  private static final long ASKED_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

  /**
   * A server that has not answered by then may be one that a balancer has left meanwhile. The wait
   * doubles.
   */
  private static final long PATIENCE_WITH_SERVER = TimeUnit.SECONDS.toNanos(2);

  private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  /** After a dial that could not even be tried. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final ConnectGate gate;
  private final InetSocketAddress remote;
  private final @Nullable InetAddress local;
  private final @Nullable FirstReply question;

  private @Nullable FreshDial dial;
  private Opinion.@Nullable Answered latest;
  private long unansweredSince;
  private boolean unanswered;
  private long askedAt;
  private long notBefore;
  private boolean paused;
  private boolean looking;
  private long patience;
  private long serverPatience;

  EndpointOpinion(
      ConnectGate gate,
      InetSocketAddress remote,
      @Nullable InetAddress local,
      @Nullable FirstReply question) {
    this.gate = gate;
    this.remote = remote;
    this.local = local;
    this.question = question;
  }

  synchronized Opinion ask(ScheduledExecutorService on, long since) {
    long now = System.nanoTime();
    Opinion known = heardSince(since);
    if (known != null) {
      return known;
    }
    if (now - askedAt > ASKED_NANOS && dial == null) {
      unanswered = false; // another doubt
    }
    askedAt = now;
    if (!unanswered) {
      unanswered = true;
      unansweredSince = now;
      patience = SecondOpinions.FIRST.toNanos();
      serverPatience = PATIENCE_WITH_SERVER;
    }
    advance(on, now); // whoever looks after the dial may be held up
    known = heardSince(since);
    if (known == null && dial == null && (!paused || now - notBefore >= 0)) {
      begin(on, now);
      known = heardSince(since);
    }
    return known != null ? known : new Opinion.Unanswered(unansweredSince);
  }

  private @Nullable Opinion heardSince(long since) {
    return latest != null && latest.atNanos() - since >= 0 ? latest : null;
  }

  private void begin(ScheduledExecutorService on, long now) {
    Admission admission = GateVisit.ask(() -> gate.admit(remote, SecondOpinions.LAST.toNanos()));
    if (admission instanceof Admission.Go go) {
      paused = false;
      try {
        dial = FreshDial.to(remote, local, question, go.permit(), now);
      } catch (IOException | RuntimeException cannotDial) {
        pause(PAUSE_NANOS, now);
        return;
      }
      advance(on, now); // refused, or on this host
      if (dial != null) {
        lookAgain(on, 0);
      }
    } else if (admission instanceof Admission.Wait wait) {
      Guarded.run(GateVisit.GATE, wait.turn()::leave);
      pause(wait.nanos(), now);
    } else if (admission instanceof Admission.Refused refused) {
      pause(refused.retryNanos(), now);
    }
  }

  private void pause(long nanos, long now) {
    paused = true;
    notBefore = now + nanos;
  }

  private synchronized void look(ScheduledExecutorService on) {
    looking = false;
    long now = System.nanoTime();
    advance(on, now);
    if (dial != null) {
      lookAgain(on, now - dial.beganNanos());
    }
  }

  private void lookAgain(ScheduledExecutorService on, long age) {
    if (looking) {
      return;
    }
    long next = Math.min(LAST_LOOK_NANOS, Math.max(FIRST_LOOK_NANOS, age / 8));
    looking = true;
    try {
      if (on.schedule(() -> look(on), next, TimeUnit.NANOSECONDS) instanceof Future<?> look) {
        look.addListener(done -> endIfStranded(look));
      }
    } catch (RejectedExecutionException shutDown) {
      looking = false;
      end();
    }
  }

  private void advance(ScheduledExecutorService on, long now) {
    FreshDial current = dial;
    if (current == null) {
      return;
    }
    if (current.answered()) {
      end();
      long dark = Math.max(0, current.beganNanos() - unansweredSince);
      latest =
          new Opinion.Answered(
              now, Duration.ofNanos(now - current.beganNanos()), Duration.ofNanos(dark));
      unanswered = false;
      return;
    }
    boolean asked = now - askedAt <= ASKED_NANOS;
    if (!asked || current.failed()) {
      end();
      pause(PAUSE_NANOS, now);
    } else if (now - current.beganNanos() >= patience(current)) {
      end();
      if (current.connected()) {
        serverPatience = 2 * serverPatience;
      } else {
        patience = Math.min(2 * patience, SecondOpinions.LAST.toNanos());
      }
      begin(on, now);
    }
  }

  /** An event loop that ends cancels what waits in it. */
  private synchronized void endIfStranded(Future<?> look) {
    if (look.isCancelled()) {
      looking = false;
      end();
    }
  }

  private long patience(FreshDial current) {
    return current.connected() ? serverPatience : patience;
  }

  private void end() {
    if (dial != null) {
      dial.close();
      dial = null;
    }
  }

  synchronized void close() {
    end();
  }
}
