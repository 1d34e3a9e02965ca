package dev.holdfast.redis;

import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens a pool's connections by way of the guarded client, which asks its own gate. */
final class LettuceConnector<K, V> implements Connector<PooledConnection<K, V>> {

  private final Supplier<? extends CompletionStage<StatefulRedisConnection<K, V>>> supplier;
  private final Function<StatefulRedisConnection<K, V>, EndpointState> endpoints;
  private final PoolDials dials;
  private final Set<PoolDial> own = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Died idle; their diagnoses wait to hear whether the server can be reached. */
  private final Queue<EndpointState> bereaved = new ConcurrentLinkedQueue<>();

  /**
   * @param endpoints finds what the guard knows of a connection; throws if it has never seen it
   * @param dials of the guard, under way
   */
  LettuceConnector(
      Supplier<? extends CompletionStage<StatefulRedisConnection<K, V>>> supplier,
      Function<StatefulRedisConnection<K, V>, EndpointState> endpoints,
      PoolDials dials) {
    this.supplier = supplier;
    this.endpoints = endpoints;
    this.dials = dials;
  }

  /** The pool is closed: what is being dialled is given up. */
  void close() {
    closed = true;
    own.forEach(PoolDial::giveUp);
  }

  /** Lettuce's own future must not be cancelled by the pool: what it opens would be lost. */
  @Override
  public CompletionStage<PooledConnection<K, V>> connect(Liveness liveness) {
    CompletableFuture<PooledConnection<K, V>> pooled = new CompletableFuture<>();
    PoolDial dial = new PoolDial();
    begin(dial);
    CompletionStage<StatefulRedisConnection<K, V>> connecting;
    try {
      connecting = dial.begin(supplier);
    } catch (Error thrown) {
      over(dial);
      throw thrown;
    } catch (Throwable thrown) { // checked ones too: Kotlin's suppliers declare none
      over(dial);
      return CompletableFuture.failedFuture(DialException.of(thrown));
    }
    connecting.whenComplete(
        (connection, failure) -> {
          over(dial);
          opened(pooled, liveness, connection, failure);
        });
    return pooled;
  }

  private void begin(PoolDial dial) {
    own.add(dial);
    dials.begin(dial);
    if (closed) {
      dial.giveUp();
    }
  }

  private void over(PoolDial dial) {
    own.remove(dial);
    dials.over(dial);
  }

  private void opened(
      CompletableFuture<PooledConnection<K, V>> pooled,
      Liveness liveness,
      @Nullable StatefulRedisConnection<K, V> connection,
      @Nullable Throwable failure) {
    if (connection == null) {
      tell(Answer.NO);
      pooled.completeExceptionally(
          failure == null
              ? new NullPointerException("the supplier opened nothing")
              : DialException.of(failure));
      return;
    }
    try {
      if (!pooled.complete(
          PooledConnection.adopt(
              connection, endpoints.apply(connection), liveness, bereaved::add))) {
        connection.closeAsync(); // the pool has given up waiting
      }
    } catch (Throwable refused) {
      connection.closeAsync();
      pooled.completeExceptionally(refused);
    }
    tell(Answer.YES);
  }

  private void tell(Answer works) {
    for (EndpointState one = bereaved.poll(); one != null; one = bereaved.poll()) {
      one.siblingConnected(works);
    }
  }

  @Override
  public CompletionStage<WireVerdict> prove(PooledConnection<K, V> connection) {
    return connection.prove();
  }

  @Override
  public CompletionStage<Boolean> forgotten(PooledConnection<K, V> connection, long askedNanos) {
    return connection.forgotten(askedNanos);
  }

  @Override
  public CompletionStage<WireSnapshot> snapshot(PooledConnection<K, V> connection) {
    return connection.snapshot();
  }

  @Override
  public void close(PooledConnection<K, V> connection, CloseReason reason) {
    connection.connection().closeAsync();
  }
}
