package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.connect.ConnectOutcome;
import dev.holdfast.lab.http.FaultServer;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** A name with several addresses, of which one takes no connection. */
final class AddressOrderTest {

  private static final SocketAddress A = new InetSocketAddress(loopback(2), 80);
  private static final SocketAddress B = new InetSocketAddress(loopback(1), 80);

  private static InetAddress loopback(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    } catch (UnknownHostException never) {
      throw new IllegalStateException(never);
    }
  }

  /** Resolves every name to two addresses, of which nothing listens at the first. */
  private static final class Two extends AddressResolverGroup<InetSocketAddress> {

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetSocketAddressResolver(
          executor,
          new InetNameResolver(executor) {
            @Override
            protected void doResolve(String name, Promise<InetAddress> promise) {
              promise.setFailure(new UnsupportedOperationException());
            }

            @Override
            protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
              promise.setSuccess(List.of(loopback(2), loopback(1)));
            }
          });
    }
  }

  @Test
  void mustDialLastWhatDidNotTakeItsLatestConnect() {
    AddressOrder order = new AddressOrder();
    List<SocketAddress> both = List.of(A, B);
    HttpClient client = HttpClient.create();
    assertThat(order.apply(client.configuration(), both)).isEqualTo(both);
    order.connectEnded(A, ConnectOutcome.CANCELLED);
    assertThat(order.apply(client.configuration(), both)).isEqualTo(both);
    order.connectEnded(A, ConnectOutcome.REFUSED);
    assertThat(order.apply(client.configuration(), both)).isEqualTo(List.of(B, A));
    order.connectEnded(B, ConnectOutcome.TIMED_OUT);
    assertThat(order.apply(client.configuration(), both)).isEqualTo(both);
    order.connectEnded(A, ConnectOutcome.CONNECTED);
    order.connectEnded(B, ConnectOutcome.REFUSED);
    assertThat(order.apply(client.configuration(), both)).isEqualTo(both);
  }

  @Test
  void mustLeaveAUsersChoiceOfAddressesAsItIs() {
    AddressOrder order = new AddressOrder();
    HttpClient client = HttpClient.create();
    assertThat(order.in(client)).isNotSameAs(client);
    HttpClient choosing = client.resolvedAddressesSelector((config, all) -> all);
    assertThat(order.in(choosing)).isSameAs(choosing);
  }

  @Test
  void mustServeCallsToANameWhoseFirstAddressRefuses() {
    Two two = new Two();
    List<SocketAddress> dialled = new CopyOnWriteArrayList<>();
    ReactorHttpGuard guard = ReactorHttpGuard.custom(HttpBed.plan()).name("two").redials(0).build();
    guard.onConnect(report -> dialled.add(report.remote()));
    ConnectionProvider pool = guard.provider(ConnectionProvider.builder("two"));
    try (FaultServer server = FaultServer.plain()) {
      HttpClient client = guard.install(HttpClient.create(pool)).resolver(two);
      for (int i = 0; i < 5; i++) {
        assertThat(
                client
                    .headers(headers -> headers.set("Connection", "close"))
                    .get()
                    .uri("http://two.test:" + server.port() + "/x")
                    .responseSingle(HttpBed::answer)
                    .block(HttpBed.SOON))
            .startsWith("200");
      }
      assertThat(dialled.stream().filter(to -> to.toString().contains("127.0.0.2"))).hasSize(1);
    } finally {
      pool.dispose();
      guard.close();
      two.close();
    }
  }
}
