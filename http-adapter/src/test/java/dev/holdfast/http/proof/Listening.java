package dev.holdfast.http.proof;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.io.CloseMode;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Who listens, and how. None of them writes anything once it has begun. */
enum Listening {
  REACTOR_EVENTS("/events") {
    @Override
    AutoCloseable begin(String origin, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
      return reactorBody(origin + path(), guarded, ear, told);
    }
  },
  REACTOR_WEBSOCKET("/socket") {
    @Override
    AutoCloseable begin(String origin, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
      return reactor(
          guarded,
          told,
          client ->
              client
                  .websocket()
                  .uri(origin.replace("http:", "ws:") + path())
                  .handle((in, out) -> in.receive().asString()),
          ear);
    }
  },
  REACTOR_POLL("/poll") {
    @Override
    AutoCloseable begin(String origin, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
      return reactorBody(origin + path(), guarded, ear, told);
    }
  },
  HC5_EVENTS("/events") {
    @Override
    AutoCloseable begin(String origin, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
      return apache(origin + path(), guarded, ear, told);
    }
  },
  HC5_POLL("/poll") {
    @Override
    AutoCloseable begin(String origin, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
      return apache(origin + path(), guarded, ear, told);
    }
  };

  /** What a listener notices. */
  interface Ear {
    void hears();

    void ends();
  }

  /** What is sent by Reactor Netty. */
  private interface Request {
    Flux<String> by(HttpClient client);
  }

  private static AutoCloseable reactorBody(
      String uri, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
    return reactor(
        guarded, told, client -> client.get().uri(uri).responseContent().asString(), ear);
  }

  private final String path;

  Listening(String path) {
    this.path = path;
  }

  String path() {
    return path;
  }

  /** Whether the server says something all the time. */
  boolean hearsMuch() {
    return !path.equals("/poll");
  }

  /** Listens until what is returned is closed. */
  abstract AutoCloseable begin(
      String origin, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told);

  /** A plan that knows of no hop and no limit near the lab's. */
  private static ConnectionPlan unsuspecting() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("nginx", Duration.ofMinutes(5))).plan();
  }

  private static AutoCloseable reactor(
      boolean guarded, Consumer<DiagnosisEvent> told, Request request, Ear ear) {
    ConnectionProvider.Builder builder = ConnectionProvider.builder("ears").maxConnections(2);
    ConnectionProvider pool;
    HttpClient client;
    if (guarded && !GuardSwitch.isOff()) {
      ReactorHttpGuard guard =
          ReactorHttpGuard.custom(unsuspecting()).meterRegistry(new SimpleMeterRegistry()).build();
      guard.onDiagnosis(told);
      guard.onSwap(swap -> ear.ends()); // a poll may be sent again, unseen by its caller
      pool = guard.provider(builder);
      client = guard.install(HttpClient.create(pool));
    } else {
      pool = builder.build();
      client = HttpClient.create(pool);
    }
    Disposable listening =
        request.by(client).doFinally(any -> ear.ends()).subscribe(heard -> ear.hears(), lost -> {});
    return () -> {
      listening.dispose();
      pool.dispose();
    };
  }

  private static AutoCloseable apache(
      String uri, boolean guarded, Ear ear, Consumer<DiagnosisEvent> told) {
    HttpClientBuilder http = HttpClients.custom();
    if (guarded && !GuardSwitch.isOff()) {
      ApacheHttpGuard guard =
          ApacheHttpGuard.custom(unsuspecting()).meterRegistry(new SimpleMeterRegistry()).build();
      guard.onDiagnosis(told);
      guard.onSwap(swap -> ear.ends());
      guard
          .install(http)
          .setConnectionManager(guard.install(PoolingHttpClientConnectionManagerBuilder.create()));
    }
    CloseableHttpClient client = http.disableAutomaticRetries().build();
    Thread reader = new Thread(() -> read(client, uri, ear), "ear");
    reader.setDaemon(true);
    reader.start();
    return () -> client.close(CloseMode.IMMEDIATE);
  }

  private static void read(CloseableHttpClient client, String uri, Ear ear) {
    try {
      client.execute(
          new HttpGet(uri),
          response -> {
            InputStream body = response.getEntity().getContent();
            while (body.read() >= 0) {
              ear.hears();
            }
            return null;
          });
    } catch (IOException lost) {
      // that is what the test waits for
    } finally {
      ear.ends();
    }
  }
}
