package dev.holdfast.http.reactor;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.util.context.Context;

/**
 * Gets one request its connection: a {@link Lease} after the other until one is fit. One object
 * instead of a chain of operators, because every request passes here. Reactor Netty, the only
 * subscriber, asks for the connection when it subscribes, so demand is not counted.
 */
final class Leasing implements CoreSubscriber<Connection>, Subscription {

  private static final AtomicReferenceFieldUpdater<Leasing, Subscription> POOL =
      AtomicReferenceFieldUpdater.newUpdater(Leasing.class, Subscription.class, "pool");

  private final GuardedProvider provider;
  private final Lease.Request request;
  private final CoreSubscriber<? super Connection> client;

  @SuppressWarnings("UnusedVariable") // read by POOL
  private volatile @Nullable Subscription pool;

  private volatile Lease latest;
  private volatile boolean cancelled;

  private Leasing(
      GuardedProvider provider, Lease.Request request, CoreSubscriber<? super Connection> client) {
    this.provider = provider;
    this.request = request;
    this.client = client;
    this.latest = new Lease(this, 1);
  }

  /** What the client subscribes to. */
  static Mono<Connection> of(GuardedProvider provider, Lease.Request request) {
    return new Mono<>() {
      @Override
      public void subscribe(CoreSubscriber<? super Connection> client) {
        Leasing leasing = new Leasing(provider, request, client);
        client.onSubscribe(leasing);
        leasing.acquire();
      }
    };
  }

  GuardedProvider provider() {
    return provider;
  }

  Lease.Request request() {
    return request;
  }

  boolean cancelled() {
    return cancelled;
  }

  /** Takes the next one from the pool. */
  void next(Lease lease) {
    latest = lease;
    acquire();
  }

  private void acquire() {
    provider
        .users()
        .acquire(request.config(), latest, request.remote(), request.resolvers())
        .subscribe(this);
  }

  /** A connection is there and fit. */
  void lends(Connection connection) {
    client.onNext(connection);
    client.onComplete();
  }

  @Override
  public Context currentContext() {
    return client.currentContext();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    if (Operators.replace(POOL, this, subscription)) {
      subscription.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void onNext(Connection connection) {
    latest.acquired(connection);
  }

  @Override
  public void onError(Throwable failure) {
    client.onError(failure);
  }

  @Override
  public void onComplete() {
    // onNext has said it
  }

  @Override
  public void request(long many) {
    // see above
  }

  @Override
  public void cancel() {
    cancelled = true;
    Operators.terminate(POOL, this);
    latest.cancel();
  }
}
