package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * The pool chooses a connection on the caller's thread and hands it over on the connection's own.
 * If it has died by then Reactor Netty takes another, but only once.
 */
final class HandOverTest {

  private final List<Channel> channels = new CopyOnWriteArrayList<>();
  private final List<Channel> uses = new CopyOnWriteArrayList<>();

  @Test
  void mustPassOverEveryConnectionThatDiesBetweenItsChoiceAndItsUse() throws Exception {
    LoopResources loops = LoopResources.create("hand-over", 1, 3, true, false);
    ReactorHttpGuard guard = ReactorHttpGuard.create(HttpBed.plan());
    ConnectionProvider pool =
        guard.provider(ConnectionProvider.builder("test").maxConnections(3).lifo());
    HttpClient client =
        guard
            .install(HttpClient.create(pool).runOn(loops))
            .doOnConnected(connection -> channels.add(connection.channel()))
            .doOnRequest((request, connection) -> uses.add(connection.channel()));
    try (FaultServer server = FaultServer.plain()) {
      Mono<String> call = client.post().uri(server.uri("/x")).responseSingle(HttpBed::answer);
      openTwo(loops, call);
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 2);
      call.block(HttpBed.SOON);
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 2);
      Channel first = uses.get(uses.size() - 1);
      Channel second = channels.get(0) == first ? channels.get(1) : channels.get(0);
      assertThat(first.eventLoop()).isNotSameAs(second.eventLoop());
      for (Channel each : List.of(first, second)) { // an answer comes before its connection is back
        each.eventLoop().submit(() -> {}).get(20, TimeUnit.SECONDS);
      }

      CountDownLatch firstChosen = closesOnce(first);
      CountDownLatch secondChosen = closesOnce(second);
      CompletableFuture<String> answered = call.toFuture();
      firstChosen.countDown();
      first.eventLoop().submit(() -> {}).get(20, TimeUnit.SECONDS);
      secondChosen.countDown();
      assertThat(answered.get(20, TimeUnit.SECONDS)).isEqualTo("200 /x");
      assertThat(server.connections()).isEqualTo(3);
      assertThat(server.executions("/x")).isEqualTo(4);
    } finally {
      pool.disposeLater().block(HttpBed.SOON);
      loops.disposeLater().block(HttpBed.SOON);
      guard.close();
    }
  }

  /** Both calls have asked for a connection before either is dialled. */
  private static void openTwo(LoopResources loops, Mono<String> call) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    loops.onClient(true).forEach(loop -> loop.execute(() -> await(asked)));
    CompletableFuture<String> one = call.toFuture();
    CompletableFuture<String> other = call.toFuture();
    asked.countDown();
    CompletableFuture.allOf(one, other).get(20, TimeUnit.SECONDS);
  }

  /** The channel's event loop does nothing until told, and closes it then. */
  private static CountDownLatch closesOnce(Channel channel) {
    CountDownLatch told = new CountDownLatch(1);
    EventLoop loop = channel.eventLoop();
    loop.execute(
        () -> {
          await(told);
          channel.close();
        });
    return told;
  }

  private static void await(CountDownLatch told) {
    try {
      if (!told.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not told");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
