package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A caller who hangs up hurts nobody. */
final class AbortTest {

  private static final int ABORTS = 12;

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
  private final List<ConnectReport> reports = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private CloseableHttpClient guarded(ApacheHttpGuard guard) {
    guard.onConnect(reports::add);
    return guard
        .install(HttpClients.custom())
        .setConnectionManager(
            guard.install(
                PoolingHttpClientConnectionManagerBuilder.create().setMaxConnPerRoute(50)))
        .build();
  }

  private Future<Integer> call(CloseableHttpClient client, HttpGet get) {
    return threads.submit(() -> client.execute(get, response -> response.getCode()));
  }

  private static HttpGet get(RawServer server) {
    return new HttpGet("http://127.0.0.1:" + server.port() + "/");
  }

  private static void answer(RawServer.Wire wire) throws IOException {
    while (true) {
      wire.head();
      wire.ok("fine");
    }
  }

  @Test
  void mustTakeAnAbortedConnectForNoEvidence() throws Exception {
    ApacheHttpGuard guard = ApacheHttpGuard.create(Bed.plan());
    List<Socket> fillers = new ArrayList<>();
    try (RawServer server = new RawServer(1);
        CloseableHttpClient client = guarded(guard)) {
      for (int i = 0; i < 2; i++) {
        fillers.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
      }
      for (int i = 0; i < ABORTS; i++) {
        HttpGet get = get(server);
        Future<Integer> call = call(client, get);
        threads.schedule(get::abort, 50, TimeUnit.MILLISECONDS);
        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class);
      }
      assertThat(reports)
          .hasSizeGreaterThan(3) // in a row they were a storm
          .allMatch(report -> report.outcome() == ConnectOutcome.CANCELLED);
      server.serves(AbortTest::answer);
      for (Socket filler : fillers) {
        filler.close();
      }
      for (int i = 0; i < 5; i++) {
        assertThat(call(client, get(server)).get(10, TimeUnit.SECONDS)).isEqualTo(200);
      }
    }
  }

  @Test
  void mustLeaveNothingOfCallsAbortedAtAnyMoment() throws Exception {
    ApacheHttpGuard guard = ApacheHttpGuard.create(Bed.plan());
    try (RawServer server = RawServer.serving(AbortTest::answer);
        CloseableHttpClient client = guarded(guard)) {
      for (int i = 0; i < 600; i++) {
        HttpGet get = get(server);
        get.addHeader("Connection", "close");
        Future<Integer> call = call(client, get);
        long micros = ThreadLocalRandom.current().nextInt(1_500);
        threads.schedule(get::abort, micros, TimeUnit.MICROSECONDS);
        try {
          call.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException aborted) {
          // with one of many exceptions, as without a guard
        }
      }
      Await.until("all ended", Bed.SOON, () -> guard.open() == 0);
      assertThat(reports)
          .allMatch(
              report ->
                  report.outcome() == ConnectOutcome.CANCELLED
                      || report.outcome() == ConnectOutcome.CONNECTED);
    }
  }
}
