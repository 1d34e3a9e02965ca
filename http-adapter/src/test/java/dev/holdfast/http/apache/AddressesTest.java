package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.RefusingPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A name with several addresses, of which the first ones do not answer. */
final class AddressesTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static void answer(RawServer.Wire wire) throws IOException {
    while (true) {
      wire.head();
      wire.ok("fine");
    }
  }

  private static DnsResolver resolver(String... addresses) {
    return new DnsResolver() {
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
  }

  private static Duration connect(int port, String... addresses) throws IOException {
    ConnectionConfig config =
        ConnectionConfig.custom()
            .setConnectTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    try (CloseableHttpClient client =
        Pair.GUARDED.client(
            pool -> pool.setDnsResolver(resolver(addresses)).setDefaultConnectionConfig(config),
            http -> http)) {
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

  /** What the gate of each address has heard, and in which order the server was dialled. */
  private static List<ConnectReport> reports(
      Consumer<ConnectReport> listener, int calls, int port, String... addresses)
      throws IOException {
    List<ConnectReport> reports = new CopyOnWriteArrayList<>();
    ApacheHttpGuard guard = ApacheHttpGuard.create(Bed.plan());
    guard.onConnect(reports::add);
    guard.onConnect(listener);
    try (CloseableHttpClient client =
        guard
            .install(HttpClients.custom())
            .setConnectionManager(
                guard.install(
                    PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(resolver(addresses))))
            .build()) {
      for (int i = 0; i < calls; i++) {
        HttpGet get = new HttpGet("http://several.test:" + port + "/");
        get.addHeader("Connection", "close");
        int status = client.execute(get, response -> response.getCode());
        assertThat(status).isEqualTo(200);
      }
    }
    return reports;
  }

  private static String outcome(ConnectReport report) {
    InetSocketAddress remote = (InetSocketAddress) report.remote();
    return remote.getAddress().getHostAddress() + " " + report.outcome();
  }

  @Test
  void mustBookEachAddressAtItsOwnGateAndDialTheOneThatFailedLast() throws IOException {
    try (RawServer server = RawServer.serving(AddressesTest::answer)) {
      assertThat(reports(report -> {}, 5, server.port(), "127.0.0.2", "127.0.0.1"))
          .extracting(AddressesTest::outcome)
          .containsExactly(
              "127.0.0.2 REFUSED",
              "127.0.0.1 CONNECTED",
              "127.0.0.1 CONNECTED",
              "127.0.0.1 CONNECTED",
              "127.0.0.1 CONNECTED",
              "127.0.0.1 CONNECTED");
    }
  }

  @Test
  void mustDialAgainWhatDidNotAnswerInTimeOnceNoneDid() throws IOException {
    List<Socket> fillers = new ArrayList<>();
    try (RawServer server = new RawServer(1)) {
      for (int i = 0; i < 2; i++) {
        fillers.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
      }
      Consumer<ConnectReport> onRefused =
          report -> {
            if (report.outcome() == ConnectOutcome.REFUSED) {
              server.serves(AddressesTest::answer);
            }
          };
      assertThat(reports(onRefused, 1, server.port(), "127.0.0.1", "127.0.0.2"))
          .extracting(AddressesTest::outcome)
          .containsExactly("127.0.0.1 TIMED_OUT", "127.0.0.2 REFUSED", "127.0.0.1 CONNECTED");
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Pair.class)
  void mustAskTheUsersResolverOnceForEachConnect(Pair pair) throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (RawServer server = RawServer.serving(AddressesTest::answer);
        CloseableHttpClient client =
            pair.client(
                pool ->
                    pool.setDnsResolver(
                        new SystemDefaultDnsResolver() {
                          @Override
                          public InetAddress[] resolve(String host)
                              throws java.net.UnknownHostException {
                            asked.incrementAndGet();
                            return super.resolve("127.0.0.1");
                          }
                        }),
                http -> http)) {
      for (String host : List.of("several.test", "127.0.0.9", "localhost")) {
        HttpGet get = new HttpGet("http://" + host + ":" + server.port() + "/");
        int status = client.execute(get, response -> response.getCode());
        assertThat(status).isEqualTo(200);
      }
      assertThat(asked).hasValue(3);
    }
  }

  @ParameterizedTest
  @EnumSource(Pair.class)
  void mustFailWithTheClientsOwnExceptionIfNoAddressTakesIt(Pair pair) throws IOException {
    try (RefusingPort none = RefusingPort.any();
        CloseableHttpClient client =
            pair.client(
                pool -> pool.setDnsResolver(resolver("127.0.0.2", "127.0.0.3")), http -> http)) {
      assertThatThrownBy(
              () ->
                  client.execute(
                      new HttpGet("http://several.test:" + none.port() + "/"),
                      response -> response.getCode()))
          .isInstanceOf(HttpHostConnectException.class)
          .hasNoSuppressedExceptions();
    }
  }
}
