package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.RawListener;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server takes no connection any more and goes on with those it has, as while it is drained: one
 * whose planned life is over is used yet, for there is no other.
 */
@Timeout(60)
final class AsyncDrainTest {

  private static final ConnectionPlan PLAN =
      NetworkPath.to(
              ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5)).withMaxRequests(2))
          .plan();

  /**
   * HttpClient closes the connection of a call that was answered before the thread which began it
   * has made it possible to cancel, bare too (1 of 240 calls without this).
   */
  private static final Duration LONGER_THAN_THAT = Duration.ofMillis(300);

  private static void serve(Socket socket) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isEmpty()) {
        Await.idle(LONGER_THAN_THAT);
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
                    .getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  private static ServerSocket listener(boolean secure) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return secure
        ? TlsIdentity.shared().server().getServerSocketFactory().createServerSocket(0, 50, loopback)
        : new ServerSocket(0, 50, loopback);
  }

  private static boolean refuses(RawListener server) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      return false;
    } catch (IOException refused) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustGoOnWithWhatThePoolHasWhereNoOtherIsToBeHad(boolean secure) throws Exception {
    PoolingAsyncClientConnectionManagerBuilder pool =
        PoolingAsyncClientConnectionManagerBuilder.create();
    if (secure) {
      pool.setTlsStrategy(new DefaultClientTlsStrategy(TlsIdentity.shared().client()));
    }
    ApacheAsyncGuard guard = ApacheAsyncGuard.create(PLAN);
    AsyncClientConnectionManager connections = guard.install(pool);
    try (RawListener server = new RawListener(listener(secure));
        CloseableHttpAsyncClient client =
            guard.install(HttpAsyncClients.custom()).setConnectionManager(connections).build()) {
      server.serves(AsyncDrainTest::serve);
      client.start();
      String uri = "%s://127.0.0.1:%d/".formatted(secure ? "https" : "http", server.port());
      for (int i = 0; i < 2; i++) {
        send(client, connections, uri);
      }
      server.acceptsNoMore();
      Await.until("refused", AsyncBed.SOON, () -> refuses(server)); // it may take one more yet
      long before = server.connections();
      for (int i = 0; i < 3; i++) {
        send(client, connections, uri);
      }
      assertThat(server.connections()).isEqualTo(before);
      client.close(CloseMode.IMMEDIATE);
    }
    guard.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustTakeANewOneWhereThereIsOne(boolean secure) throws Exception {
    PoolingAsyncClientConnectionManagerBuilder pool =
        PoolingAsyncClientConnectionManagerBuilder.create();
    if (secure) {
      pool.setTlsStrategy(new DefaultClientTlsStrategy(TlsIdentity.shared().client()));
    }
    ApacheAsyncGuard guard = ApacheAsyncGuard.create(PLAN);
    AsyncClientConnectionManager connections = guard.install(pool);
    try (RawListener server = new RawListener(listener(secure));
        CloseableHttpAsyncClient client =
            guard.install(HttpAsyncClients.custom()).setConnectionManager(connections).build()) {
      server.serves(AsyncDrainTest::serve);
      client.start();
      String uri = "%s://127.0.0.1:%d/".formatted(secure ? "https" : "http", server.port());
      for (int i = 0; i < 6; i++) {
        send(client, connections, uri);
      }
      assertThat(server.connections()).isGreaterThan(2);
      Await.until("one is left", AsyncBed.SOON, () -> guard.open() <= 1);
      client.close(CloseMode.IMMEDIATE);
    }
    Await.until("none is left", AsyncBed.SOON, () -> guard.open() == 0);
    guard.close();
  }

  /** An answer is told before its connection is back in the pool. */
  private static void send(
      CloseableHttpAsyncClient client, AsyncClientConnectionManager connections, String uri)
      throws IOException {
    assertThat(AsyncBed.text(AsyncBed.send(client, AsyncBed.request("GET", uri, "x"))))
        .isEqualTo("fine");
    ConnPoolControl<?> pool = (ConnPoolControl<?>) connections;
    Await.until("back", AsyncBed.SOON, () -> pool.getTotalStats().getLeased() == 0);
  }
}
