package dev.holdfast.http.reactor.transparency;

import dev.holdfast.lab.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.util.retry.Retry;

/** Does what a step says, and tells all that its caller can see of it. */
final class Caller {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofMillis(150);
  private static final int LONG = 80;

  private final HttpClient client;
  private final Setting setting;
  private final Servers servers;
  private final String run;
  private final Map<String, Integer> nginxConnections = new HashMap<>(); // one at a time

  Caller(HttpClient client, Setting setting, Servers servers, String run) {
    this.client = client;
    this.setting = setting;
    this.servers = servers;
    this.run = run;
  }

  String run(Step step) {
    return switch (step.act()) {
      case PAUSES -> {
        LockSupport.parkNanos(Mode.PAUSE.toNanos());
        yield "paused";
      }
      case THREE -> {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          all.add(seen(call(step)).toFuture());
        }
        yield all.stream().map(Caller::join).sorted().toList().toString();
      }
      case CANCELS_WAITING -> {
        int before = servers.journal.size(run);
        CompletableFuture<String> call = seen(call(step)).toFuture();
        Await.until("asked", SOON, () -> call.isDone() || servers.journal.size(run) > before);
        yield call.isDone() ? join(call) : "cancelled " + call.cancel(true);
      }
      case TIMES_OUT -> join(seen(call(step).timeout(PATIENCE)).toFuture());
      case RETRIES -> join(seen(call(step).retryWhen(Retry.max(1))).toFuture());
      default -> join(seen(call(step)).toFuture());
    };
  }

  private static String join(CompletableFuture<String> call) {
    try {
      return call.get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      call.cancel(true);
      return "hangs: " + e;
    }
  }

  private static Mono<String> seen(Mono<String> call) {
    return call.defaultIfEmpty("nothing").onErrorResume(thrown -> Mono.just(thrown(thrown)));
  }

  private Mono<String> call(Step step) {
    HttpClient mine =
        step.act() == Step.Act.RESPONSE_TIMEOUT ? client.responseTimeout(PATIENCE) : client;
    if (step.expect()) {
      mine = mine.headers(headers -> headers.set("Expect", "100-continue"));
    }
    String uri = servers.uri(setting, step, run);
    if (step.kind().startsWith("ws")) {
      return mine.websocket()
          .uri(uri)
          .handle((in, out) -> talk(step, in, out))
          .collectList()
          .map(Object::toString);
    }
    HttpClient.RequestSender request = mine.request(HttpMethod.valueOf(step.method())).uri(uri);
    return read(step, step.length() < 0 ? request : with(step, request));
  }

  private static Flux<String> talk(
      Step step,
      reactor.netty.http.websocket.WebsocketInbound in,
      reactor.netty.http.websocket.WebsocketOutbound out) {
    if (step.kind().equals("wsclient")) {
      return out.sendString(Flux.just("a", "b", "c"))
          .then()
          .thenMany(in.receive().asString())
          .mergeWith(in.receiveCloseStatus().map(Object::toString));
    }
    return in.receive().asString().mergeWith(in.receiveCloseStatus().map(Object::toString));
  }

  private static HttpClient.ResponseReceiver<?> with(Step step, HttpClient.RequestSender request) {
    String text = String.valueOf((char) ('a' + step.number() % 26)).repeat(step.length());
    int half = text.length() / 2;
    return switch (step.body()) {
      case WHOLE -> request.send(ByteBufFlux.fromString(Mono.just(text)));
      case IN_PARTS ->
          request.send(
              ByteBufFlux.fromString(Flux.just(text.substring(0, half), text.substring(half))));
      case WRITTEN ->
          request.send(
              (to, out) -> {
                to.header("Content-Length", String.valueOf(text.length()));
                return out.sendByteArray(Mono.just(text.getBytes(StandardCharsets.ISO_8859_1)));
              });
      case FORM -> request.sendForm((to, form) -> form.attr("text", text.substring(0, half)));
      case FAILS ->
          request.send(
              Flux.<ByteBuf>just(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1))
                  .concatWith(Mono.error(new IOException("the caller's own"))));
    };
  }

  private Mono<String> read(Step step, HttpClient.ResponseReceiver<?> sent) {
    return switch (step.act()) {
      case READS_HEAD -> sent.response().map(Caller::head);
      case READS_PART ->
          sent.response((head, body) -> body.asString().take(1).map(part -> head(head)))
              .singleOrEmpty();
      case READS_BY_CONNECTION ->
          sent.responseConnection(
                  (head, connection) ->
                      connection
                          .inbound()
                          .receive()
                          .aggregate()
                          .asString()
                          .defaultIfEmpty("")
                          .flatMap(text -> whole(head, named(step, text))))
              .singleOrEmpty();
      case FAILS ->
          sent.responseSingle(
              (head, body) -> Mono.error(new IllegalStateException("the caller's own")));
      default ->
          sent.responseSingle(
              (head, body) ->
                  body.asString()
                      .defaultIfEmpty("")
                      .flatMap(text -> whole(head, named(step, text))));
    };
  }

  /** nginx answers with its number of the connection. */
  private String named(Step step, String text) {
    if (step.server() != Step.Server.NGINX || text.isEmpty()) {
      return text;
    }
    return setting.connections() > 1
        ? "by nginx"
        : "over " + nginxConnections.computeIfAbsent(text, t -> nginxConnections.size() + 1);
  }

  private static Mono<String> whole(HttpClientResponse head, String text) {
    String seen =
        head(head) + " " + (text.length() > LONG ? text.length() + " #" + text.hashCode() : text);
    return head.responseHeaders().contains("trailer")
        ? head.trailerHeaders().map(trailers -> seen + sorted(trailers)).defaultIfEmpty(seen)
        : Mono.just(seen);
  }

  private static String head(HttpClientResponse head) {
    return head.version()
        + " "
        + head.status()
        + sorted(head.responseHeaders())
        + " redirects "
        + head.redirectedFrom().length
        + " "
        + head.resourceUrl();
  }

  private static List<String> sorted(HttpHeaders headers) {
    List<String> all = new ArrayList<>();
    for (Map.Entry<String, String> header : headers) {
      boolean nginx = header.getKey().equals("Content-Length") && headers.contains("Server");
      if (!nginx && !header.getKey().equalsIgnoreCase("date")) { // its length is its number's
        all.add(header.toString());
      }
    }
    Collections.sort(all);
    return all;
  }

  private static String thrown(Throwable thrown) {
    StringBuilder all = new StringBuilder("threw ");
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      all.append(cause).append(" suppressed ").append(List.of(cause.getSuppressed()));
    }
    return all.toString();
  }
}
