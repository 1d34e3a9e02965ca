package dev.holdfast.http.reactor;

import io.netty.channel.EventLoop;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The HTTP/2 connections of a pool. Reactor Netty hands out their streams from a pool that nothing
 * can be put in front of, and a stream is told of with its request's body already asked for. So
 * they are proved one step earlier: whoever calls while one of them is silent, be it beside streams
 * that are, waits until all such are proved or gone, for at most as long as one proof takes. Which
 * of them a call will use, and whether it is one that must not run twice, is not known there.
 * Thread-safe.
 */
final class Multiplexed {

  private final Set<GuardedConnection> connections = ConcurrentHashMap.newKeySet();

  void add(GuardedConnection connection) {
    connections.add(connection);
    connection.channel().closeFuture().addListener(closed -> connections.remove(connection));
  }

  boolean isEmpty() {
    return connections.isEmpty();
  }

  /** Completes once none of them is in doubt; at once where there is none. */
  Mono<Void> proved() {
    return Flux.fromIterable(connections).flatMap(Multiplexed::proved).then();
  }

  private static Mono<Void> proved(GuardedConnection connection) {
    return Mono.create(
        sink -> {
          EventLoop loop = connection.channel().eventLoop();
          try {
            loop.execute(() -> prove(connection, sink));
          } catch (RejectedExecutionException shutDown) {
            sink.success();
          }
        });
  }

  private static void prove(GuardedConnection connection, MonoSink<Void> sink) {
    Fitness fitness =
        connection.idle() ? Fitness.of(connection, () -> true) : Fitness.besideStreams(connection);
    if (fitness == Fitness.UNPROVED) {
      connection
          .proof()
          .ask(
              new PathProof.Waiting() {
                @Override
                public void proved() {
                  sink.success();
                }

                @Override
                public void lost() {
                  sink.success(); // the pool opens another
                }
              });
    } else {
      sink.success();
    }
  }
}
