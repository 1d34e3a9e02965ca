package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.lab.http.ForwardProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What else a client's sockets are for: web sockets, and the way through a proxy. */
@Timeout(60)
final class OkHttpSocketsTest {

  private static final Duration IDLE = Duration.ofMillis(1_500);

  /** It is idle for longer than a connection that would be proved, and says one thing each way. */
  @Test
  void mustLeaveWebSocketsAlone() throws InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes
                        .get("/get", (in, out) -> out.sendString(Mono.just("got")))
                        .ws("/ws", (in, out) -> out.sendString(in.receive().asString())))
            .bindNow();
    try (OkBed bed = new OkBed()) {
      Request request =
          new Request.Builder().url("ws://127.0.0.1:%d/ws".formatted(server.port())).build();
      WebSocket socket = bed.client().newWebSocket(request, new Listener(heard));
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("open");
      for (String said : new String[] {"one", "two"}) {
        assertThat(heard.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        assertThat(socket.send(said)).isTrue();
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(said);
      }
      socket.close(1_000, "done");
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1000");
      assertThat(bed.swaps()).isEmpty();
    } finally {
      server.disposeNow();
    }
  }

  private static final class Listener extends WebSocketListener {

    private final BlockingQueue<String> heard;

    Listener(BlockingQueue<String> heard) {
      this.heard = heard;
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
      heard.add("open");
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
      heard.add(text);
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
      heard.add("closed " + code);
    }

    @Override
    public void onFailure(WebSocket socket, Throwable thrown, Response response) {
      heard.add(String.valueOf(thrown));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustGuardTheWayThroughAProxy(boolean tls) throws IOException {
    try (FaultServer server = tls ? FaultServer.tls() : FaultServer.plain();
        ForwardProxy proxy = ForwardProxy.start();
        OkBed bed =
            new OkBed(
                guard -> guard,
                client ->
                    OkBed.trusting(server, client)
                        .proxy(
                            new Proxy(
                                Proxy.Type.HTTP,
                                new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), proxy.port()))))) {
      for (int i = 0; i < 3; i++) {
        bed.send("POST", server, "n" + i);
      }
      assertThat(proxy.connections()).isEqualTo(1);
      assertThat(bed.guard().open()).isEqualTo(1);
      assertThat(bed.guard().health().installed()).isTrue();
    }
  }
}
