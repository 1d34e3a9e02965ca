package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.reactor.H2Server.Fate;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Reactor Netty gives a connection that is dialled on one of its event loops that loop, and another
 * dialled elsewhere the next. A guard that left the caller's thread would put all on one.
 */
final class EventLoopsTest {

  private static final int CALLS = 4;

  /** A connect takes one for its channel, and may take more. */
  private static final int LOOPS = 32;

  /** One stream for each connection, and so a connection for each call. */
  private static Set<EventLoop> loops(ConnectionProvider pool, UnaryOperator<HttpClient> guarding) {
    Set<EventLoop> used = ConcurrentHashMap.newKeySet();
    LoopResources loops = LoopResources.create("loops", LOOPS, true);
    try (H2Server server =
        new H2Server(false, Http2Settings.defaultSettings().maxConcurrentStreams(1))) {
      HttpClient client =
          guarding
              .apply(HttpClient.create(pool))
              .runOn(loops)
              .protocol(HttpProtocol.H2C)
              .doOnConnected(connection -> used.add(connection.channel().eventLoop()));
      call(client, server, "/first").blockLast(HttpBed.SOON);
      for (int i = 0; i < CALLS; i++) {
        server.next(Fate.LATE);
      }
      Flux.range(0, CALLS).flatMap(i -> call(client, server, "/n" + i)).blockLast(HttpBed.SOON);
      assertThat(server.connections()).isEqualTo(CALLS);
    } finally {
      pool.dispose();
      loops.dispose();
    }
    return used;
  }

  private static Flux<String> call(HttpClient client, H2Server server, String path) {
    return client
        .get()
        .uri(server.uri(path))
        .responseSingle((head, body) -> body.asString())
        .flux();
  }

  @Test
  void mustLeaveConnectionsOnTheLoopsThatTheyHadBare() {
    Set<EventLoop> bare = loops(ConnectionProvider.create("bare", CALLS), client -> client);
    assertThat(bare).hasSize(CALLS);
    try (ReactorHttpGuard guard = ReactorHttpGuard.create(HttpBed.plan())) {
      ConnectionProvider pool =
          guard.provider(ConnectionProvider.builder("guarded").maxConnections(CALLS));
      assertThat(loops(pool, guard::install)).hasSize(CALLS);
    }
  }
}
