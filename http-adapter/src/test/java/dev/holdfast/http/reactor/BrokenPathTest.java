package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Random calls whose connections, streams and answers break, over some connections at a time: what
 * was answered ran, what is said not to have been executed did not, what must not run twice ran
 * once at most, leg by leg, and a caller of such a request always hears which of these it is.
 */
final class BrokenPathTest {

  private static final int CALLERS = 4;
  private static final int CALLS = 400;
  private static final Set<String> UNSAFE = Set.of("POST", "PATCH");
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "DELETE", "POST", "POST", "POST", "PATCH");

  /** One request on its way through its legs. */
  private record Leg(String method, String path) {}

  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger ambiguous = new AtomicInteger();
  private final AtomicInteger notExecuted = new AtomicInteger();

  @Test
  void mustTellOfEachRequestOfHttp1WhatBecameOfIt() throws Exception {
    List<String> fates =
        List.of(
            "ANSWERED",
            "ANSWERED",
            "CLOSES",
            "LEAVES",
            "UNREAD",
            "HEAD_ONLY",
            "FIN",
            "RST",
            "CUT",
            "BODY_CUT");
    try (BrokenServer server = new BrokenServer()) {
      run(fates, "SEE_OTHER", "TEMPORARY", server::uri, server::executions, client -> client);
    }
  }

  @Test
  void mustTellOfEachStreamOfHttp2WhatBecameOfIt() throws Exception {
    List<String> fates =
        List.of(
            "ANSWERED",
            "ANSWERED",
            "REFUSED",
            "GOAWAY",
            "INTERNAL_ERROR",
            "NO_ERROR",
            "CANCEL",
            "CLOSED");
    try (H2Server server = new H2Server(false)) {
      run(
          fates,
          "REDIRECTED",
          "MOVED",
          server::uri,
          server::executions,
          client -> client.protocol(HttpProtocol.H2C));
    }
  }

  private void run(
      List<String> fates,
      String seeOther,
      String temporary,
      Function<String, String> uri,
      ToLongFunction<String> executions,
      Function<HttpClient, HttpClient> users)
      throws Exception {
    ReactorHttpGuard guard = ReactorHttpGuard.create(HttpBed.plan());
    ConnectionProvider pool =
        guard.provider(ConnectionProvider.builder("broken").maxConnections(CALLERS));
    HttpClient client = users.apply(guard.install(HttpClient.create(pool)));
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random random = new Random(i);
        Callable<Void> caller =
            () -> {
              for (int k = 0; k < CALLS; k++) {
                one(random, fates, seeOther, temporary, client, uri, executions);
              }
              return null;
            };
        all.add(callers.submit(caller));
      }
      for (Future<Void> caller : all) {
        caller.get();
      }
    } finally {
      callers.shutdownNow();
      pool.disposeLater().block(HttpBed.SOON);
      guard.close();
    }
    assertThat(answered.get()).isGreaterThan(CALLS);
    assertThat(ambiguous.get()).isGreaterThan(CALLERS);
  }

  private void one(
      Random random,
      List<String> fates,
      String seeOther,
      String temporary,
      HttpClient client,
      Function<String, String> uri,
      ToLongFunction<String> executions)
      throws Exception {
    String id = "/by/" + numbers.incrementAndGet() + "/";
    String method = METHODS.get(random.nextInt(METHODS.size()));
    String last = pick(random, fates) + "~" + pick(random, fates) + "~ANSWERED/";
    List<Leg> legs = new ArrayList<>();
    String next = method;
    if (random.nextInt(4) == 0) {
      boolean keeps = random.nextBoolean() && !seeOther.equals(temporary);
      legs.add(new Leg(method, id + (keeps ? temporary : seeOther) + "/" + last));
      next = keeps || method.equals("HEAD") ? method : "GET";
    }
    legs.add(new Leg(next, id + last));
    @Nullable Throwable failure = call(client, method, uri.apply(legs.get(0).path()));
    check(legs, failure, executions);
  }

  private static String pick(Random random, List<String> fates) {
    return fates.get(random.nextInt(fates.size()));
  }

  private static @Nullable Throwable call(HttpClient client, String method, String uri)
      throws Exception {
    var request = client.followRedirect(true).request(HttpMethod.valueOf(method)).uri(uri);
    Mono<String> answer =
        (UNSAFE.contains(method) || method.equals("PUT")
                ? request.send(ByteBufFlux.fromString(Mono.just("body")))
                : request)
            .responseSingle((head, body) -> body.asString().defaultIfEmpty(""));
    CompletableFuture<String> call = answer.toFuture();
    try {
      call.get(HttpBed.SOON.toSeconds(), TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException failed) {
      return failed.getCause();
    }
  }

  private void check(
      List<Leg> legs, @Nullable Throwable failure, ToLongFunction<String> executions) {
    for (Leg leg : legs) {
      assertThat(executions.applyAsLong(leg.path()))
          .as("%s, %s", leg, failure)
          .isLessThanOrEqualTo(UNSAFE.contains(leg.method()) ? 1 : 2);
    }
    Leg last = legs.get(legs.size() - 1);
    if (failure == null) {
      answered.incrementAndGet();
      legs.forEach(
          leg -> assertThat(executions.applyAsLong(leg.path())).as("%s", leg).isPositive());
      return;
    }
    boolean unknown = AmbiguousOutcomeException.in(failure).isPresent();
    boolean never = failure instanceof NotExecutedException;
    boolean inBody =
        String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("during response");
    if (unknown) {
      ambiguous.incrementAndGet();
    }
    if (never) {
      notExecuted.incrementAndGet();
      assertThat(executions.applyAsLong(last.path())).as("%s, %s", last, failure).isZero();
    }
    if (UNSAFE.contains(last.method())) {
      assertThat(unknown || never || inBody).as("%s, %s", last, failure).isTrue();
    }
  }
}
