package dev.holdfast.http.reactor;

import dev.holdfast.http.RetryDecision;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.util.context.Context;

/**
 * Subscribes to the client's own sending of a call, and again where the call may be sent again. One
 * object instead of a chain of operators, because every request passes here.
 */
final class Sending implements CoreSubscriber<Connection>, Subscription {

  private static final AtomicReferenceFieldUpdater<Sending, Subscription> CURRENT =
      AtomicReferenceFieldUpdater.newUpdater(Sending.class, Subscription.class, "current");

  private final ReactorHttpGuard guard;
  private final Mono<? extends Connection> once;
  private final CoreSubscriber<? super Connection> caller;
  private final Call call;
  private final Context context;
  private volatile @Nullable Subscription current;
  private volatile boolean wanted;

  Sending(
      ReactorHttpGuard guard,
      Mono<? extends Connection> once,
      CoreSubscriber<? super Connection> caller) {
    this.guard = guard;
    this.once = once;
    this.caller = caller;
    this.call = new Call(guard.settings().shared(), guard.meters());
    this.context = caller.currentContext().put(Call.class, call);
  }

  void begin() {
    Multiplexed multiplexed = guard.multiplexed();
    try {
      if (multiplexed.isEmpty()) {
        once.subscribe(this);
      } else {
        multiplexed.proved().then(Mono.<Connection>from(once)).subscribe(this);
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
    Operators.terminate(CURRENT, this);
  }

  @Override
  public void onNext(Connection answered) {
    caller.onNext(answered);
  }

  @Override
  public void onComplete() {
    caller.onComplete();
  }

  @Override
  public void onError(Throwable failure) {
    Exchange lost = call.latest();
    if (lost == null) {
      caller.onError(failure); // no connection: dialling again is the redialler's
      return;
    }
    @Nullable RetryDecision decision = lost.connection().end().verdict(lost);
    if (decision == null) {
      caller.onError(failure);
    } else if (decision == RetryDecision.RETRY) {
      call.again();
      begin();
    } else {
      caller.onError(lost.error(failure));
    }
  }
}
