package dev.holdfast.http.reactor.transparency;

import dev.holdfast.lab.TlsIdentity;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A server that speaks what its clients do, and answers as {@link RawServer} does. */
final class NettyServer implements AutoCloseable {

  private final Journal journal;
  private final DisposableServer server;
  private volatile String other = "";

  NettyServer(Journal journal, boolean tls, @Nullable Path unix) {
    this.journal = journal;
    HttpServer plain =
        tls
            ? HttpServer.create()
                .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                .secure(spec -> spec.sslContext(serverContext()))
            : HttpServer.create()
                .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
                .httpRequestDecoder(decoder -> decoder.h2cMaxContentLength(1 << 20));
    server =
        (unix == null
                ? plain.host("127.0.0.1").port(0)
                : plain.bindAddress(() -> new DomainSocketAddress(unix.toString())))
            .idleTimeout(java.time.Duration.ofMinutes(5))
            .handle(this::handle)
            .bindNow();
  }

  private static SslContext serverContext() {
    return new JdkSslContext(
        TlsIdentity.shared().server(),
        false,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1),
        ClientAuth.NONE,
        null,
        false);
  }

  int port() {
    return server.port();
  }

  /** Where redirects to another origin lead. */
  void other(String uri) {
    other = uri;
  }

  private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    String kind = request.uri().split("/", 4)[2];
    if (kind.startsWith("ws")) {
      note(request, "");
      return response.sendWebsocket(
          (in, out) ->
              kind.equals("wsserver")
                  ? out.sendString(Flux.just("first", "second"))
                  : out.sendString(in.receive().asString().take(3).map(text -> text + "!")));
    }
    return request
        .receive()
        .aggregate()
        .asString(StandardCharsets.ISO_8859_1)
        .defaultIfEmpty("")
        .flatMap(
            body -> {
              note(request, body);
              return Mono.from(answer(kind, request, response));
            });
  }

  private void note(HttpServerRequest request, String body) {
    List<String> headers = new ArrayList<>();
    for (Map.Entry<String, String> header : request.requestHeaders()) {
      boolean random =
          header.getKey().toLowerCase(java.util.Locale.ROOT).startsWith("sec-websocket-k");
      headers.add(header.getKey() + ": " + (random ? "?" : header.getValue()));
    }
    Collections.sort(headers);
    request.withConnection(
        connection -> {
          Channel channel = connection.channel();
          journal.asked(
              request.uri(),
              "netty",
              (channel instanceof Http2StreamChannel ? channel.parent() : channel).id(),
              "%s %s %s %s body %d #%d"
                  .formatted(
                      request.method(),
                      request.uri(),
                      request.protocol(),
                      headers,
                      body.length(),
                      body.hashCode()));
        });
  }

  private Publisher<Void> answer(
      String kind, HttpServerRequest request, HttpServerResponse response) {
    String body = "answer to " + kind;
    if (kind.matches("30[1-8].*")) {
      return response
          .status(Integer.parseInt(kind.substring(0, 3)))
          .header(HttpHeaderNames.LOCATION, RawServer.next(request.uri(), other))
          .send();
    }
    boolean head = request.method().equals(HttpMethod.HEAD);
    return switch (kind) {
      case "big" -> response.sendString(Mono.just(body.repeat(10_000)));
      case "trailers" ->
          response
              .header(HttpHeaderNames.TRAILER, "sum")
              .trailerHeaders(trailers -> trailers.set("sum", "4711"))
              .sendString(Flux.just(body, body));
      case "gzip" -> {
        byte[] zipped = zipped(body);
        response.header(HttpHeaderNames.CONTENT_ENCODING, "gzip");
        yield head ? response.send() : response.sendByteArray(Mono.just(zipped));
      }
      case "empty" -> response.status(204).send();
      case "missing" -> response.status(404).sendString(Mono.just(body));
      case "parts" -> response.sse().sendString(Flux.just("a", "b", "c"));
      case "slow" -> Mono.never();
      case "aborted" ->
          response.sendString(Flux.just("a").concatWith(Flux.error(new IOException("x"))));
      default -> response.sendString(Mono.just(body));
    };
  }

  private static byte[] zipped(String body) {
    try {
      return RawServer.zip(body.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
