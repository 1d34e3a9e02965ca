package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.retry.NotExecutedException;
import io.netty.channel.Channel;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientConfig;
import reactor.util.context.Context;

/**
 * Gets one request its connection: a {@link Lease} after the other until one is fit. One object
 * instead of a chain of operators, because every request passes here. Reactor Netty, the only
 * subscriber, asks for the connection when it subscribes, so demand is not counted.
 *
 * <p>Where a connection carries one call at a time, a lost exchange is repeated from here: this is
 * below the client's own loop of redirects and authentications, so what is repeated is the leg that
 * was lost and none before it. The client is lent this object, which stands for whichever
 * connection carries the request by now.
 */
final class Leasing implements CoreSubscriber<Connection>, Subscription, Connection {

  private static final AtomicReferenceFieldUpdater<Leasing, Subscription> POOL =
      AtomicReferenceFieldUpdater.newUpdater(Leasing.class, Subscription.class, "pool");

  private static final AtomicReferenceFieldUpdater<Leasing, Connection> LENT =
      AtomicReferenceFieldUpdater.newUpdater(Leasing.class, Connection.class, "lent");

  /** More dead connections in a row than any pool holds; then something else is wrong. */
  private static final int MOST = 1_000;

  /**
   * How Reactor Netty's error begins when a connection has died between its choice and its use, and
   * so has the one it took instead ({@code DefaultPooledConnectionProvider}).
   */
  private static final String DIED_TWICE = "Error while acquiring from ";

  private final GuardedProvider provider;
  private final Lease.Request request;
  private final CoreSubscriber<? super Connection> client;
  private final @Nullable Call call;
  private final @Nullable Call own;
  private final Context context;

  @SuppressWarnings("UnusedVariable") // read by POOL
  private volatile @Nullable Subscription pool;

  private volatile Lease latest = new Lease(this);
  private volatile @Nullable Connection lent;
  private volatile boolean cancelled;
  private int passedOver;

  private Leasing(
      GuardedProvider provider, Lease.Request request, CoreSubscriber<? super Connection> client) {
    this.provider = provider;
    this.request = request;
    this.client = client;
    Context clients = client.currentContext();
    this.call = clients.getOrDefault(Call.class, null);
    if (call == null) {
      provider.guard().installation().usedBy(request.config());
    }
    this.own = request.oneCallAtATime() ? call : null;
    if (own != null) {
      own.repeatsEachLeg();
      if (((HttpClientConfig) request.config()).isRetryDisabled()) {
        own.isSentOnce();
      }
    }
    // Reactor Netty keeps a context with anything in it with the channel, call by call.
    this.context = own == null ? clients : clients.delete(Call.class);
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

  /** The call that is to be sent; null if it is none of a guard's. */
  @Nullable Call call() {
    return call;
  }

  /**
   * The same where the connection will carry this call and no other meanwhile, so that its lease
   * can say when the exchange begins; null where {@link ExchangeObserver} has to find that out.
   */
  @Nullable Call own() {
    return own;
  }

  boolean cancelled() {
    return cancelled;
  }

  /**
   * Takes the next one from the pool: the request has not seen the latest, and will not.
   *
   * @param inTheEnd what the client hears if there have been too many
   */
  void next(Throwable inTheEnd) {
    if (!mayGoOn()) {
      fails(inTheEnd);
      return;
    }
    provider.guard().meters().moved(1);
    again();
  }

  /** Whether there have not been too many. */
  boolean mayGoOn() {
    return ++passedOver < MOST;
  }

  /** Takes another one from the pool: the exchange over the latest was lost. */
  void again() {
    latest = new Lease(this);
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
    if (lent == null) {
      LENT.lazySet(this, connection); // the client, who may dispose of it, is told now
      client.onNext(this);
      client.onComplete();
    } else {
      lent = connection;
      if (cancelled) { // or dispose() sees what is lent
        connection.dispose();
      }
    }
  }

  /** The call was held back for as long as its caller waits for an answer: he hears that. */
  void late() {
    ReadTimeoutException timedOut = new ReadTimeoutException();
    if (request.config() instanceof HttpClientConfig client) {
      timedOut.addSuppressed(
          new NotExecutedException(
              RequestSafety.name(client.method().name()),
              "the path to its server was dark for as long as an answer is waited for"));
    }
    fails(timedOut);
  }

  /** There is no connection, at first or for the repeat. */
  private void fails(Throwable failure) {
    Connection lost = lent;
    if (lost == null) {
      client.onError(failure);
    } else {
      request.observer().onUncaughtException(lost, failure);
    }
  }

  @Override
  public Channel channel() {
    return Objects.requireNonNull(lent, "not lent yet").channel();
  }

  /** The client has cancelled its request. */
  @Override
  public void dispose() {
    cancel();
    Connection carrying = lent;
    if (carrying != null) {
      Disposal.of(carrying.channel(), carrying::dispose);
    }
  }

  @Override
  public Context currentContext() {
    return context;
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
    if (failure.getClass() == IOException.class
        && String.valueOf(failure.getMessage()).startsWith(DIED_TWICE)) {
      next(failure);
    } else {
      fails(failure);
    }
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
