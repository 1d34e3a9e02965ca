package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A TLS handshake that is lost, and one that somebody speaks before. */
final class HandshakeTest {

  private static final String TUNNEL_AND_MORE =
      """
      HTTP/1.1 200 Tunnel\r
      \r
      HTTP/1.1 202 Forged\r
      Content-Length: 0\r
      \r
      """;

  private static CloseableHttpClient client(Pair pair, FaultServer server, int proxy) {
    return pair.client(
        pool -> pool.setTlsSocketStrategy(new DefaultClientTlsStrategy(server.clientContext())),
        http -> proxy == 0 ? http : http.setProxy(new HttpHost("http", "127.0.0.1", proxy)));
  }

  private static int get(CloseableHttpClient client, String uri) throws IOException {
    return client.execute(
        new HttpGet(uri),
        response -> {
          EntityUtils.consume(response.getEntity());
          return response.getCode();
        });
  }

  private static void pass(Socket client, int port) throws IOException {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread back =
          new Thread(
              () -> {
                try {
                  server.getInputStream().transferTo(client.getOutputStream());
                } catch (IOException closed) {
                  // by the other direction
                }
              });
      back.setDaemon(true);
      back.start();
      client.getInputStream().transferTo(server.getOutputStream());
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustDialOnceMoreIfAFreshConnectionIsResetInItsHandshake(Pair pair) throws Exception {
    AtomicInteger connections = new AtomicInteger();
    try (FaultServer server = FaultServer.tls();
        RawServer front =
            RawServer.serving(
                wire -> {
                  if (connections.incrementAndGet() == 1) {
                    wire.skip(5); // of the ClientHello
                    wire.reset();
                  } else {
                    pass(wire.socket(), server.port());
                  }
                });
        CloseableHttpClient client = client(pair, server, 0)) {
      assertThat(get(client, "https://127.0.0.1:" + front.port() + "/")).isEqualTo(200);
      assertThat(connections).hasValue(2);
    }
  }

  @Test
  void mustFailATunnelWhoseProxySaysMoreThanItsAnswer() throws Exception {
    try (FaultServer server = FaultServer.tls();
        RawServer proxy =
            RawServer.serving(
                wire -> {
                  wire.head();
                  wire.send(TUNNEL_AND_MORE);
                  pass(wire.socket(), server.port());
                });
        CloseableHttpClient client = client(Pair.GUARDED, server, proxy.port())) {
      assertThat(Pair.outcome(() -> get(client, server.uri("/"))))
          .isEqualTo(SSLException.class.getSimpleName());
      assertThat(server.executions("/")).isZero();
    }
  }
}
