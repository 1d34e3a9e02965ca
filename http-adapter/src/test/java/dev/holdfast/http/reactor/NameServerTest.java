package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NameServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** A real name server is asked as often as its answers may be kept. */
final class NameServerTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration TTL = Duration.ofSeconds(2);

  /** It answers with the address it was reached at. */
  private static DisposableServer server() {
    return HttpServer.create()
        .host("0.0.0.0")
        .port(0)
        .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
        .handle(
            (request, response) ->
                response.sendString(
                    Mono.just(
                        Objects.requireNonNull(request.hostAddress())
                            .getAddress()
                            .getHostAddress())))
        .bindNow();
  }

  private static AddressResolverGroup<InetSocketAddress> asking(NameServer names) {
    return new DnsAddressResolverGroup(
        new DnsNameResolverBuilder()
            .datagramChannelType(
                Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .nameServerProvider(new SingletonDnsServerAddressStreamProvider(names.address())));
  }

  private static String call(HttpClient client) {
    return Objects.requireNonNull(
        client.post().uri("/").responseContent().aggregate().asString().block(SOON));
  }

  /** With its default settings: the JVM would keep the name for 30 s. */
  @ParameterizedTest
  @EnumSource(names = {"HTTP11", "H2C"})
  void mustFollowANameOnceItsTtlIsOver(HttpProtocol protocol) throws Exception {
    DisposableServer server = server();
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("lab")).plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    ConnectionProvider mine = guard.provider(ConnectionProvider.builder("guarded"));
    ConnectionProvider theirs = ConnectionProvider.create("bare");
    try (NameServer names = NameServer.answering(TTL, NameServer.loopback(2))) {
      AddressResolverGroup<InetSocketAddress> resolvers = asking(names);
      HttpClient guarded = guard.install(HttpClient.create(mine));
      HttpClient client = to(guarded, server, protocol, resolvers);
      HttpClient bare = to(HttpClient.create(theirs), server, protocol, resolvers);
      assertThat(call(client)).isEqualTo("127.0.0.2");
      assertThat(call(bare)).isEqualTo("127.0.0.2");
      names.answers(NameServer.loopback(1));
      long began = System.nanoTime();
      Await.until("it has followed", SOON, () -> call(client).equals("127.0.0.1"));
      System.out.printf(
          "[names] %s, TTL %d s: followed after %d ms, asked %d times%n",
          protocol,
          TTL.toSeconds(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
          names.asked());
      assertThat(call(bare)).as("bare").isEqualTo("127.0.0.2");
      resolvers.close();
    } finally {
      mine.dispose();
      theirs.dispose();
      guard.close();
      server.disposeNow();
    }
  }

  private static HttpClient to(
      HttpClient client,
      DisposableServer server,
      HttpProtocol protocol,
      AddressResolverGroup<InetSocketAddress> resolvers) {
    return client
        .resolver(resolvers)
        .protocol(protocol)
        .baseUrl("http://server.lab:" + server.port());
  }
}
