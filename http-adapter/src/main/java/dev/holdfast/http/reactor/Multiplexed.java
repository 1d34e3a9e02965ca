package dev.holdfast.http.reactor;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The HTTP/2 connections of a pool. Reactor Netty hands out their streams from a pool that nothing
 * can be put in front of, and a stream is told of with its request's body already asked for. So
 * they are proved one step earlier: whoever calls while one to his server is silent, be it beside
 * streams that are, waits until all such are proved or gone, for at most as long as one proof
 * takes; and where the paths of all of them are dark, until one is not, or his own response timeout
 * is over. Which of them a call will use, and whether it is one that must not run twice, is not
 * known there. Thread-safe.
 */
final class Multiplexed {

  private final Set<GuardedConnection> connections = ConcurrentHashMap.newKeySet();

  void add(GuardedConnection connection) {
    connections.add(connection);
    connection.channel().closeFuture().addListener(closed -> connections.remove(connection));
  }

  /**
   * Whether none is in doubt, as far as any thread can see. Then calls need not pass by the event
   * loops: what a pool dials on one of those stays there, so all its connections would.
   */
  boolean areFresh() {
    for (GuardedConnection connection : connections) {
      if (connection.dark() || !Fitness.isFresh(connection)) {
        return false;
      }
    }
    return true;
  }

  /** Whether another one to the same server can take what this one should not. Any thread. */
  boolean hasInsteadOf(GuardedConnection dark) {
    Object origin = dark.http2().origin();
    for (GuardedConnection other : connections) {
      if (other != dark
          && origin != null
          && origin.equals(other.http2().origin())
          && !other.dark()
          && !other.doomed()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Completes once none of those a call may use is in doubt; at once where there is none.
   *
   * @param destination asked only if one is, and for that only if it must be
   */
  Mono<Void> proved(Supplier<Destination> destination) {
    return Flux.fromIterable(connections)
        .flatMap(Multiplexed::doubted)
        .collectList()
        .flatMap(doubted -> doubted.isEmpty() ? Mono.empty() : proved(doubted, destination.get()));
  }

  private static Mono<Void> proved(List<GuardedConnection> doubted, Destination to) {
    Mono<Void> proved =
        Flux.fromIterable(doubted)
            .filter(connection -> to.mayBe(connection.http2().origin()))
            .flatMap(Multiplexed::settled)
            .then();
    @Nullable Duration patience = to.responseTimeout();
    return patience == null ? proved : proved.timeout(patience, Mono.empty());
  }

  /** The connection, if it is one. */
  private static Mono<GuardedConnection> doubted(GuardedConnection connection) {
    return onItsLoop(connection, sink -> sink.success(isInDoubt(connection) ? connection : null));
  }

  private static Mono<Void> settled(GuardedConnection connection) {
    return onItsLoop(
        connection,
        sink -> {
          if (isInDoubt(connection)) {
            connection.proof().ask(new Waiter(sink));
          } else {
            sink.success();
          }
        });
  }

  private static <T> Mono<T> onItsLoop(GuardedConnection connection, Consumer<MonoSink<T>> step) {
    return Mono.create(
        sink -> {
          EventLoop loop = connection.channel().eventLoop();
          try {
            loop.execute(() -> step.accept(sink));
          } catch (RejectedExecutionException shutDown) {
            sink.success();
          }
        });
  }

  /** On its event loop. Condemns it if it is no good. */
  private static boolean isInDoubt(GuardedConnection connection) {
    if (connection.dark()) {
      return !connection.http2().hasSubstitute();
    }
    Fitness fitness =
        connection.idle() ? Fitness.of(connection, () -> true) : Fitness.besideStreams(connection);
    return fitness == Fitness.UNPROVED;
  }

  private record Waiter(MonoSink<Void> sink) implements PathProof.Waiting {

    @Override
    public void proved() {
      sink.success();
    }

    @Override
    public void lost() {
      sink.success(); // the pool opens another
    }
  }
}
