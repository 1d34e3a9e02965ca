package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** nginx closes idle connections, and nobody has declared it. */
final class IdleLearningTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static final Duration LIMIT = Duration.ofSeconds(3);

  /** Each close is found at another age: what counts is when the server closed. */
  private static final List<Duration> PAST_LIMIT =
      IntStream.of(300, 900, 1_500, 600, 1_200, 400, 1_000, 700)
          .mapToObj(LIMIT::plusMillis)
          .toList();

  /** Past the learned 3 s less 1.2 s, the default round trip and scheduling slop. */
  private static final Duration NEAR_LIMIT = Duration.ofSeconds(2);

  private static final ConnectionPlan UNDECLARED =
      NetworkPath.to(ServerLimits.withoutIdleTimeout("nginx")).plan();

  /** Every look at this clock is a minute after the one before. */
  private final AtomicLong minutes = new AtomicLong();

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();

  /** A guarded client with one connection. */
  private interface Caller extends AutoCloseable {
    /** The number of the server's connection that carried the request. */
    long call(String method) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** A client, and the bound that its guard keeps to. */
  private record Guarded(Caller caller, Supplier<IdleBound> bound) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      caller.close();
    }
  }

  private enum Client {
    HC5,
    REACTOR
  }

  private <B extends HttpGuardBuilder<B>> B settings(B builder) {
    return builder
        .meterRegistry(meters)
        .learner(
            new LearnerSettings(
                () -> Duration.ofMinutes(minutes.incrementAndGet()).toNanos(),
                Duration.ofSeconds(1)));
  }

  private Guarded open(Client client, String uri) {
    return client == Client.HC5 ? apache(uri) : reactor(uri);
  }

  private Guarded apache(String uri) {
    ApacheHttpGuard guard = settings(ApacheHttpGuard.custom(UNDECLARED)).build();
    guard.onSwap(swaps::add);
    CloseableHttpClient http =
        guard
            .install(HttpClients.custom())
            .setConnectionManager(guard.install(PoolingHttpClientConnectionManagerBuilder.create()))
            .build();
    return new Guarded(
        new Caller() {
          @Override
          public long call(String method) throws IOException {
            return http.execute(
                new HttpUriRequestBase(method, URI.create(uri)),
                response -> Long.parseLong(EntityUtils.toString(response.getEntity()).strip()));
          }

          @Override
          public void close() throws IOException {
            http.close();
          }
        },
        guard::idleBound);
  }

  private Guarded reactor(String uri) {
    ReactorHttpGuard guard = settings(ReactorHttpGuard.custom(UNDECLARED)).build();
    guard.onSwap(swaps::add);
    ConnectionProvider pool =
        guard.provider(ConnectionProvider.builder("learning").maxConnections(1));
    HttpClient http = guard.install(HttpClient.create(pool));
    return new Guarded(
        new Caller() {
          @Override
          public long call(String method) {
            String answer =
                http.request(io.netty.handler.codec.http.HttpMethod.valueOf(method))
                    .uri(uri)
                    .responseSingle((response, body) -> body.asString())
                    .blockOptional(SOON)
                    .orElseThrow();
            return Long.parseLong(answer.strip());
          }

          @Override
          public void close() {
            pool.disposeLater().block(SOON);
            guard.close();
          }
        },
        guard::idleBound);
  }

  @ParameterizedTest
  @EnumSource
  void mustLearnTheLimitAndKeepRequestsThatMustNotRunTwiceBelowIt(Client client) throws Exception {
    try (NginxServer nginx = NginxServer.builder().keepAliveTimeout(LIMIT).start();
        Guarded guarded = open(client, "http://127.0.0.1:" + nginx.port() + "/x")) {
      Caller caller = guarded.caller();
      assertThat(guarded.bound().get())
          .isEqualTo(new IdleBound(UNDECLARED.maxIdleAge(), LimitSource.CONFIGURED));
      assertThat(limit("learned")).isNaN();
      Pair undeclared = nearTheLimit(caller, "POST");
      assertThat(undeclared.second()).isEqualTo(undeclared.first());

      for (Duration pause : PAST_LIMIT) {
        if (guarded.bound().get().source() != LimitSource.LEARNED) {
          Await.idle(pause);
          caller.call("GET");
        }
      }
      IdleBound learned = guarded.bound().get();
      assertThat(learned.source()).isEqualTo(LimitSource.LEARNED);
      assertThat(learned.age().orElseThrow()).isBetween(Duration.ofSeconds(1), NEAR_LIMIT);
      assertThat(limit("learned")).isEqualTo(learned.age().orElseThrow().toNanos() / 1e9);

      Pair reads = nearTheLimit(caller, "GET");
      assertThat(reads.second()).isEqualTo(reads.first());
      Pair write = nearTheLimit(caller, "POST");
      assertThat(write.second()).isNotEqualTo(write.first());
      Await.until("told", SOON, () -> !swaps.isEmpty()); // on the connection's event loop
      assertThat(swaps).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  /** Which connections carried a read and, near the limit, the next call. */
  private record Pair(long first, long second) {}

  /** On a machine that stood still meanwhile the limit was passed, and it is done again. */
  private Pair nearTheLimit(Caller caller, String method) throws Exception {
    Pair pair;
    long began;
    int tries = 0;
    do {
      long first = caller.call("GET");
      began = System.nanoTime();
      Await.idle(NEAR_LIMIT);
      swaps.clear();
      pair = new Pair(first, caller.call(method));
    } while (System.nanoTime() - began > LIMIT.minusMillis(200).toNanos() && ++tries < 5);
    return pair;
  }

  @ParameterizedTest
  @EnumSource
  void mustShowWhatTheServerAdvertises(Client client) throws Exception {
    try (NginxServer nginx =
            NginxServer.builder().directives("add_header Keep-Alive timeout=7 always;").start();
        Guarded guarded = open(client, "http://127.0.0.1:" + nginx.port() + "/x")) {
      guarded.caller().call("GET");
      // less the default round trip and scheduling slop
      assertThat(guarded.bound().get())
          .isEqualTo(new IdleBound(Optional.of(Duration.ofMillis(5_800)), LimitSource.ADVERTISED));
      assertThat(limit("advertised")).isEqualTo(5.8);
    }
  }

  private double limit(String source) {
    return meters.get("holdfast.idle.limit").tag("source", source).gauge().value();
  }
}
