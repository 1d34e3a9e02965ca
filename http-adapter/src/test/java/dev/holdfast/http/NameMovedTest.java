package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.internal.socket.DialledNames;
import dev.holdfast.lab.Await;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** A server that its name has left is left, and nothing in flight is cut. */
final class NameMovedTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LOOK_UP = Duration.ofMillis(100);

  private static final ConnectionPlan PLAN =
      NetworkPath.to(ServerLimits.withoutIdleTimeout("lab")).plan();

  private final MovingServers servers = new MovingServers();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    servers.close();
  }

  private enum Mode {
    BARE,
    SWITCHED_OFF,
    GUARDED;

    private <B extends HttpGuardBuilder<B>> B set(HttpGuardBuilder<B> builder) {
      B quick = builder.name("moving").nameLookUp(LOOK_UP);
      return this == GUARDED ? quick : quick.withoutNameWatch();
    }
  }

  /** A client that keeps its connections. */
  private interface Caller extends AutoCloseable {
    /** The server that has answered. */
    String call(String path);

    @Override
    void close();
  }

  private enum Client {
    HC5,
    REACTOR,
    REACTOR_H2C;

    private Caller open(Mode mode, NameMovedTest test) {
      return this == HC5 ? test.apache(mode) : test.reactor(mode, this == REACTOR_H2C);
    }
  }

  private Caller apache(Mode mode) {
    var pool = PoolingHttpClientConnectionManagerBuilder.create().setDnsResolver(servers.dns());
    if (mode == Mode.BARE) {
      return caller(HttpClients.custom().setConnectionManager(pool.build()).build(), () -> {});
    }
    ApacheHttpGuard guard = mode.set(ApacheHttpGuard.custom(PLAN)).build();
    guard.onSwap(swaps::add);
    return caller(
        guard.install(HttpClients.custom()).setConnectionManager(guard.install(pool)).build(),
        guard::close);
  }

  private Caller caller(CloseableHttpClient client, Runnable after) {
    return new Caller() {
      @Override
      public String call(String path) {
        try {
          return client.execute(
              new HttpPost(servers.uri(path)), answer -> EntityUtils.toString(answer.getEntity()));
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
      }

      @Override
      public void close() {
        try {
          client.close();
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
        after.run();
      }
    };
  }

  private Caller reactor(Mode mode, boolean http2) {
    ConnectionProvider.Builder pool = ConnectionProvider.builder("moving");
    if (mode != Mode.GUARDED) {
      // An answer is handed over before its connection is back: a second one would be dialled.
      pool.maxConnections(1);
    }
    if (mode == Mode.BARE) {
      ConnectionProvider bare = pool.build();
      return caller(HttpClient.create(bare), http2, bare::dispose);
    }
    ReactorHttpGuard guard = mode.set(ReactorHttpGuard.custom(PLAN)).build();
    guard.onSwap(swaps::add);
    ConnectionProvider guarded = guard.provider(pool);
    return caller(
        guard.install(HttpClient.create(guarded)),
        http2,
        () -> {
          guarded.dispose();
          guard.close();
        });
  }

  private Caller caller(HttpClient client, boolean http2, Runnable close) {
    HttpClient named =
        client
            .resolver(servers.resolvers())
            .protocol(http2 ? HttpProtocol.H2C : HttpProtocol.HTTP11);
    return new Caller() {
      @Override
      public String call(String path) {
        return named
            .post()
            .uri(servers.uri(path))
            .responseSingle((head, body) -> body.asString().switchIfEmpty(Mono.just("")))
            .blockOptional(SOON)
            .orElseThrow();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  /** The one before the last has been acted on. */
  private void awaitLookUp() {
    int before = servers.lookUps.get();
    Await.until("it was looked up", SOON, () -> servers.lookUps.get() >= before + 3);
  }

  @ParameterizedTest
  @EnumSource
  void mustLeaveWhatItsNameHasLeftAndCutNothing(Client client) throws Exception {
    int calls = 0;
    try (Caller guarded = client.open(Mode.GUARDED, this);
        Caller bare = client.open(Mode.BARE, this);
        Caller off = client.open(Mode.SWITCHED_OFF, this)) {
      for (Caller each : List.of(guarded, bare, off)) {
        assertThat(each.call("/now")).isEqualTo("2");
        calls++;
      }
      CompletableFuture<String> held = CompletableFuture.supplyAsync(() -> guarded.call("/held"));
      calls++;
      int before = calls;
      Await.until("it is held", SOON, () -> servers.second.executions.get() == before);
      assertThat(guarded.call("/now")).as("beside it").isEqualTo("2");
      calls++;
      servers.leadsTo(3);
      awaitLookUp();
      for (int i = 0; i < 10; i++) {
        assertThat(guarded.call("/now")).isEqualTo("3");
        assertThat(bare.call("/now")).as("bare").isEqualTo("2");
        assertThat(off.call("/now")).as("switched off").isEqualTo("2");
        calls += 3;
      }
      assertThat(held).isNotDone();
      servers.second.release();
      assertThat(held.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("2");
      assertThat(guarded.call("/now")).isEqualTo("3");
      calls++;
      assertThat(servers.second.executions.get() + servers.third.executions.get())
          .as("each ran once")
          .isEqualTo(calls);
      if (client != Client.HC5) { // whose own pool looks at a connection once it is wanted
        Await.until("only bare ones are left", SOON, () -> servers.second.open() == 2);
      }
      Await.until("it is told", SOON, () -> !swaps.isEmpty());
      assertThat(swaps)
          .allSatisfy(
              swap -> {
                assertThat(swap.cause()).isEqualTo(Cause.DEMOTED);
                assertThat(swap.evidence()).isEqualTo(DialledNames.LEFT);
                assertThat(swap.inFlight()).isFalse();
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustLearnNothingFromALookUpThatFailsOrAnotherAddressBesideItsOwn(Client client) {
    try (Caller guarded = client.open(Mode.GUARDED, this)) {
      assertThat(guarded.call("/now")).isEqualTo("2");
      servers.leadsTo();
      awaitLookUp();
      assertThat(guarded.call("/now")).isEqualTo("2");
      servers.leadsTo(3, 2);
      awaitLookUp();
      assertThat(guarded.call("/now")).isEqualTo("2");
      assertThat(servers.second.open()).isEqualTo(1);
      assertThat(swaps).isEmpty();
    }
  }
}
