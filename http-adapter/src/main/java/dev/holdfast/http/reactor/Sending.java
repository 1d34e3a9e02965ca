package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.http.DeclinedSending;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.retry.NotExecutedException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.util.context.Context;

/**
 * Subscribes to the client's own sending of a call, and again where the call may be sent again. One
 * object instead of a chain of operators, because every request passes here.
 */
final class Sending implements CoreSubscriber<Connection>, Subscription {

  private static final AtomicReferenceFieldUpdater<Sending, Subscription> CURRENT =
      AtomicReferenceFieldUpdater.newUpdater(Sending.class, Subscription.class, "current");

  private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(1).toNanos();
  private static final int MOST_DOUBLINGS = 7;

  private final GuardMeters meters;
  private final GuardedProvider provider;
  private final Mono<? extends Connection> once;
  private final CoreSubscriber<? super Connection> caller;
  private final Call call;
  private final Context context;
  private volatile @Nullable Subscription current;
  private volatile boolean wanted;

  /** Its caller has an answer or an error, or has gone. */
  private volatile boolean ended;

  /** Nanoseconds until the call is sent again; negative if what came is its answer. */
  private long pause = -1;

  private @Nullable DeclinedSending declines;
  private volatile @Nullable Disposable waiting;
  private long refusedSince;
  private int refusals;

  Sending(
      GuardedProvider provider,
      Mono<? extends Connection> once,
      CoreSubscriber<? super Connection> caller) {
    ReactorHttpGuard guard = provider.guard();
    this.provider = provider;
    this.once = once;
    this.caller = caller;
    this.meters = guard.meters();
    this.call = new Call(guard.settings().shared(), meters);
    this.context = caller.currentContext().put(Call.class, call);
  }

  void start() {
    meters.called(1);
    begin();
  }

  private void begin() {
    if (current == Operators.cancelledSubscription()) {
      return;
    }
    Multiplexed multiplexed = provider.multiplexed();
    try {
      if (multiplexed.areFresh()) {
        once.subscribe(this);
      } else {
        multiplexed
            .proved(() -> Destination.of(once))
            .then(Mono.<Connection>from(once))
            .subscribe(this);
      }
    } catch (Throwable thrown) {
      Operators.reportThrowInSubscribe(this, thrown);
    }
  }

  @Override
  public Context currentContext() {
    return context;
  }

  @Override
  public void onSubscribe(Subscription next) {
    if (Operators.replace(CURRENT, this, next) && wanted) {
      next.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void request(long many) {
    wanted = true;
    Subscription now = current;
    if (now != null) {
      now.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void cancel() {
    if (!ended) {
      ended = true;
      meters.timedOut(1);
    }
    Disposable pausing = waiting;
    if (pausing != null) {
      pausing.dispose();
    }
    Exchange carried = call.cancel();
    if (carried == null) {
      end();
    } else {
      Disposal.of(carried.connection().channel(), this::end);
    }
  }

  private void end() {
    Operators.terminate(CURRENT, this);
  }

  @Override
  public void onNext(Connection answered) {
    DeclinedAnswer declined = call.declined();
    pause = declined == null ? -1 : pauseNanos(declined);
    if (pause < 0) {
      if (declined == null && declines != null) {
        declines.answered();
      }
      ended = true;
      caller.onNext(answered);
    } else {
      Unread.discard(answered);
    }
  }

  private long pauseNanos(DeclinedAnswer declined) {
    GuardSettings settings = provider.guard().settings();
    ReplayRetry replay = settings.shared().replay();
    if (replay.retry().getRetryConfig().getMaxAttempts() == 1) {
      return -1;
    }
    if (declines == null) {
      declines =
          new DeclinedSending(replay.budgets(), settings.declinedPatience(), System::nanoTime);
    }
    return declines.pauseNanos(declined);
  }

  @Override
  public void onComplete() {
    long wait = pause;
    if (wait >= 0) {
      pause = -1; // the next answer may come on another thread
      call.startsOver();
      beginAfter(wait);
      return;
    }
    ended = true;
    caller.onComplete();
  }

  @Override
  public void onError(Throwable failure) {
    Exchange lost = call.latest();
    if (lost == null) {
      boolean none = tookNone(failure);
      if (none && call.mayStartOver() && patient()) {
        beginAfter(nextPause());
      } else if (none) {
        fails(notTaken(failure));
      } else {
        fails(failure); // no connection: dialling again is the redialler's
      }
      return;
    }
    EventLoop loop = lost.connection().channel().eventLoop();
    if (loop.inEventLoop()) {
      settle(lost, failure);
      return;
    }
    try {
      loop.execute(() -> settle(lost, failure));
    } catch (RejectedExecutionException shutDown) {
      tell(failure);
    }
  }

  /**
   * On the event loop of what was lost, which knows of its end. The client's loop of legs may tell
   * of it on that of an earlier leg.
   */
  private void settle(Exchange lost, Throwable failure) {
    @Nullable RetryDecision decision = lost.connection().end().verdict(lost);
    if (decision == null) {
      tell(failure);
    } else if (decision == RetryDecision.RETRY && call.mayStartOver() && !lost.neverSent()) {
      call.again(lost);
      begin();
    } else if (decision == RetryDecision.RETRY && call.mayStartOver() && patient()) {
      call.again(lost);
      beginAfter(nextPause());
    } else if (lost.neverSent()) {
      fails(lost.error(failure));
    } else {
      tell(lost.error(failure));
    }
  }

  /** Whether the call, which no server would run, waits as long as calls wait for a connection. */
  private boolean patient() {
    if (refusals == 0) {
      refusedSince = System.nanoTime();
    }
    long patience = provider.pendingAcquire().toNanos();
    return patience <= 0 || System.nanoTime() - refusedSince < patience;
  }

  /** None at first: the next connection is another one. */
  private long nextPause() {
    long pause = refusals == 0 ? 0 : FIRST_PAUSE_NANOS << Math.min(refusals - 1, MOST_DOUBLINGS);
    refusals++;
    return pause;
  }

  /** Whether each connection had as many streams as it may have. */
  private static boolean tookNone(Throwable failure) {
    return failure.getClass() == IOException.class
        && String.valueOf(failure.getMessage()).contains("Max active streams is reached");
  }

  private static NotExecutedException notTaken(Throwable clients) {
    var ours =
        new NotExecutedException(
            "The request",
            "each connection had as many streams as its server allows, for as long as calls wait"
                + " for one; or it follows an answer, a redirect say, that is not to be asked for"
                + " again");
    ours.initCause(clients);
    return ours;
  }

  private void beginAfter(long nanos) {
    if (nanos == 0) {
      begin();
    } else {
      waiting = Schedulers.parallel().schedule(this::begin, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Of the last sending nothing was sent; of one before it something may have been. */
  private void fails(Throwable failure) {
    Exchange sent = call.sentBefore();
    tell(sent == null ? failure : sent.hiddenBy(failure));
  }

  private void tell(Throwable failure) {
    if (!ended && isTimeout(failure)) {
      meters.timedOut(1);
    }
    ended = true;
    caller.onError(failure);
  }

  /** The client's own: of the response, of the pool, of the connect. */
  private static boolean isTimeout(Throwable failure) {
    return failure instanceof io.netty.handler.timeout.TimeoutException
        || failure instanceof TimeoutException
        || failure instanceof ConnectTimeoutException;
  }
}
