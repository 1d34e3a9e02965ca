package dev.holdfast.http.proof;

import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Network;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * Says something every tenth of a second to whoever listens, as a stream of events or over a
 * websocket, and never answers who polls. Behind an nginx, which is where the clients dial.
 */
final class EventServer implements AutoCloseable {

  private static final Duration EVERY = Duration.ofMillis(100);
  private static final int DISCARD = 9;

  private volatile boolean pausing;
  private final DisposableServer server;
  private final NginxServer nginx;

  EventServer(Network network) throws SocketException {
    this.server =
        HttpServer.create()
            .host("0.0.0.0")
            .port(0)
            .route(
                routes ->
                    routes
                        .get("/events", (request, response) -> response.sse().sendString(events()))
                        .ws("/socket", (in, out) -> out.sendString(events()))
                        .get("/poll", (request, response) -> Mono.never()))
            .bindNow();
    String upstream = "http://%s:%d".formatted(besideTheRouter(network), server.port());
    this.nginx =
        network.nginx(
            0,
            settings ->
                settings.directives(
                    "proxy_http_version 1.1;",
                    "proxy_buffering off;",
                    "proxy_read_timeout 300s;",
                    "location = /socket { proxy_pass %s; proxy_set_header Upgrade $http_upgrade;"
                            .formatted(upstream)
                        + " proxy_set_header Connection upgrade; }",
                    "location = /events { proxy_pass %s; }".formatted(upstream),
                    "location = /poll { proxy_pass %s; }".formatted(upstream)));
  }

  /** This JVM's address in the network that leads to the servers past the router. */
  private static String besideTheRouter(Network network) throws SocketException {
    try (DatagramSocket unsent = new DatagramSocket()) {
      unsent.connect(new InetSocketAddress(network.host(0).address(), DISCARD));
      return unsent.getLocalAddress().getHostAddress();
    }
  }

  private Flux<String> events() {
    return Flux.interval(EVERY)
        .filter(number -> !pausing)
        .map(number -> "data: " + number + "\n\n")
        .onBackpressureDrop();
  }

  /** Says nothing until {@link #goOn}. */
  void pause() {
    pausing = true;
  }

  void goOn() {
    pausing = false;
  }

  int port() {
    return nginx.port();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
