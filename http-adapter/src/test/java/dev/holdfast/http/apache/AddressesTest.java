package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.Test;

/** A name with several addresses, of which the first ones do not answer. */
final class AddressesTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static void answer(RawServer.Wire wire) throws IOException {
    while (true) {
      wire.head();
      wire.ok("fine");
    }
  }

  private static Duration connect(int port, String... addresses) throws IOException {
    DnsResolver names =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) throws java.net.UnknownHostException {
            InetAddress[] all = new InetAddress[addresses.length];
            for (int i = 0; i < all.length; i++) {
              all[i] = InetAddress.getByName(addresses[i]);
            }
            return all;
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };
    ConnectionConfig config =
        ConnectionConfig.custom()
            .setConnectTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    try (CloseableHttpClient client =
        Pair.GUARDED.client(
            pool -> pool.setDnsResolver(names).setDefaultConnectionConfig(config), http -> http)) {
      long began = System.nanoTime();
      HttpGet get = new HttpGet("http://several.test:" + port + "/");
      int status = client.execute(get, response -> response.getCode());
      assertThat(status).isEqualTo(200);
      return Duration.ofNanos(System.nanoTime() - began);
    }
  }

  @Test
  void mustGoOnToTheNextAddressAfterEachSilentOne() throws IOException {
    List<Socket> fillers = new ArrayList<>();
    try (RawServer server = RawServer.serving(AddressesTest::answer);
        ServerSocket first =
            new ServerSocket(server.port(), 1, InetAddress.getByName("127.0.0.2"));
        ServerSocket next =
            new ServerSocket(server.port(), 1, InetAddress.getByName("127.0.0.3"))) {
      for (ServerSocket silent : List.of(first, next)) {
        for (int i = 0; i < 2; i++) {
          fillers.add(new Socket(silent.getInetAddress(), server.port()));
        }
      }
      assertThat(connect(server.port(), "127.0.0.2", "127.0.0.3", "127.0.0.1"))
          .isLessThan(TIMEOUT.dividedBy(2));
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void mustGoOnToTheNextAddressAfterEachThatRefuses() throws IOException {
    try (RawServer server = RawServer.serving(AddressesTest::answer)) {
      assertThat(connect(server.port(), "127.0.0.2", "127.0.0.3", "127.0.0.1"))
          .isLessThan(TIMEOUT.dividedBy(2));
    }
  }
}
