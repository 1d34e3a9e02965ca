package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.http.FaultServer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
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
    assertThat(firstRound(order, both)).isEqualTo(both);
    order.connectEnded(A, ConnectOutcome.CANCELLED, Duration.ZERO);
    assertThat(firstRound(order, both)).isEqualTo(both);
    order.connectEnded(A, ConnectOutcome.REFUSED, Duration.ZERO);
    assertThat(firstRound(order, both)).isEqualTo(List.of(B, A));
    order.connectEnded(B, ConnectOutcome.TIMED_OUT, Duration.ZERO);
    assertThat(firstRound(order, both)).isEqualTo(both);
    order.connectEnded(A, ConnectOutcome.CONNECTED, Duration.ZERO);
    order.connectEnded(B, ConnectOutcome.REFUSED, Duration.ZERO);
    assertThat(firstRound(order, both)).isEqualTo(both);
  }

  private static List<? extends SocketAddress> firstRound(
      AddressOrder order, List<SocketAddress> all) {
    return order.apply(HttpClient.create().configuration(), all).subList(0, all.size());
  }

  private static int patienceMillis(SocketAddress dialled) {
    Channel channel = new EmbeddedChannel();
    AddressOrder.dials(channel, dialled);
    return channel.config().getConnectTimeoutMillis();
  }

  /** RFC 8305: but what is left without an answer is dialled again, as long as the user has it. */
  @Test
  void mustLeaveEachForTheNextAfterAShortWhileAndThenWait() {
    AddressOrder order = new AddressOrder();
    HttpClient client = HttpClient.create();
    List<? extends SocketAddress> rounds = order.apply(client.configuration(), List.of(A, B));
    assertThat(rounds).isEqualTo(List.of(A, B, A, B));
    assertThat(rounds.stream().map(AddressOrderTest::patienceMillis))
        .containsExactly(300, 300, 30_000, 30_000);
    order.connectEnded(A, ConnectOutcome.CONNECTED, Duration.ofMillis(200));
    assertThat(patienceMillis(order.apply(client.configuration(), List.of(A, B)).get(0)))
        .as("of a path that is known to be slow")
        .isEqualTo(600);
    HttpClient hasty = client.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 500);
    assertThat(order.apply(hasty.configuration(), List.of(B, A))).isEqualTo(List.of(B, A));
    assertThat(order.apply(client.configuration(), List.of(A))).isEqualTo(List.of(A));
    order.connectEnded(A, ConnectOutcome.TIMED_OUT, Duration.ZERO);
    order.connectEnded(B, ConnectOutcome.TIMED_OUT, Duration.ZERO);
    assertThat(order.apply(client.configuration(), List.of(A, B)).stream())
        .as("where none answers, each has its time")
        .map(AddressOrderTest::patienceMillis)
        .containsExactly(30_000, 30_000);
  }

  @Test
  void mustDialTheFamiliesInTurn() throws UnknownHostException {
    byte[] local = new byte[16];
    local[15] = 1;
    SocketAddress six = new InetSocketAddress(InetAddress.getByAddress(local), 80);
    assertThat(firstRound(new AddressOrder(), List.of(A, B, six))).isEqualTo(List.of(A, six, B));
  }

  /** A listener that nobody accepts from, and whose queue is full, answers no SYN. */
  @Test
  void mustServeCallsToANameWhoseFirstAddressIsSilent() throws IOException {
    Two two = new Two();
    ReactorHttpGuard guard = ReactorHttpGuard.custom(HttpBed.plan()).name("two").build();
    ConnectionProvider pool = guard.provider(ConnectionProvider.builder("two"));
    List<Socket> queued = new ArrayList<>();
    try (FaultServer server = FaultServer.plain();
        ServerSocket silent = new ServerSocket()) {
      silent.bind(new InetSocketAddress(loopback(2), server.port()), 1);
      fill(silent, queued);
      HttpClient client = guard.install(HttpClient.create(pool)).resolver(two);
      long began = System.nanoTime();
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
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .as("bare waits 30 s for each")
          .isLessThan(Duration.ofSeconds(15));
    } finally {
      for (Socket one : queued) {
        one.close();
      }
      pool.dispose();
      guard.close();
      two.close();
    }
  }

  private static void fill(ServerSocket silent, List<Socket> queued) throws IOException {
    while (queued.size() < 8) {
      Socket one = new Socket();
      queued.add(one);
      try {
        one.connect(silent.getLocalSocketAddress(), 300);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
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
