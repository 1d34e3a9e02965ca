package dev.holdfast.http.reactor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelId;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A server that declines some requests and counts all of them. Thread-safe. */
final class BusyServer implements AutoCloseable {

  /** What it says. */
  private record Word(int status, @Nullable String retryAfter) {}

  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final Set<ChannelId> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private volatile Word word = new Word(503, null);
  private volatile boolean redirects;
  private volatile boolean endless;

  private final DisposableServer server =
      HttpServer.create()
          .host("127.0.0.1")
          .port(0)
          .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
          .doOnConnection(connection -> opened(connection.channel()))
          .handle(this::answer)
          .bindNow();

  HttpClient reach(HttpClient client, HttpProtocol protocol) {
    return client.protocol(protocol).host("127.0.0.1").port(server.port());
  }

  /** Declines the next ones with 503. */
  void declines(int requests, @Nullable String retryAfter) {
    declines(requests, retryAfter, 503);
  }

  void declines(int requests, @Nullable String retryAfter, int status) {
    word = new Word(status, retryAfter);
    left.set(requests);
  }

  /** From the first path to another, which is the one that is declined. */
  void redirects() {
    redirects = true;
  }

  /** What it says as it declines has no end. */
  void saysMuch() {
    endless = true;
  }

  int asked() {
    return redirects ? asked.get() / 2 : asked.get();
  }

  int connections() {
    return connections.size();
  }

  int open() {
    return open.get();
  }

  /** Told of each request, and of streams. */
  private void opened(Channel channel) {
    if (!(channel instanceof Http2StreamChannel) && connections.add(channel.id())) {
      open.incrementAndGet();
      channel.closeFuture().addListener(closed -> open.decrementAndGet());
    }
  }

  private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
    asked.incrementAndGet();
    if (redirects && request.uri().equals("/")) {
      return response.sendRedirect("/there");
    }
    if (left.get() <= 0 || left.getAndDecrement() <= 0) {
      return response.send();
    }
    Word says = word;
    response.status(HttpResponseStatus.valueOf(says.status()));
    if (says.retryAfter() != null) {
      response.header(HttpHeaderNames.RETRY_AFTER, Objects.requireNonNull(says.retryAfter()));
    }
    return endless ? response.send(much()) : response.sendString(Flux.just("busy"));
  }

  private static Flux<ByteBuf> much() {
    byte[] part = "b".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
    return Flux.interval(Duration.ofMillis(2))
        .onBackpressureDrop()
        .map(i -> Unpooled.copiedBuffer(part));
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
