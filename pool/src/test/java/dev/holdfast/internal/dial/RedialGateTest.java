package dev.holdfast.internal.dial;

import static dev.holdfast.internal.dial.Client.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import dev.holdfast.internal.dial.Client.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Between a client and the gate: every permit reaches an end, and the end it had. */
@Timeout(60)
final class RedialGateTest {

  private static final int TIMEOUT = 10_000;

  private static Client client(Transport transport, ConnectGate gate) {
    return new Client(transport, RedialSettings.ofDefaults(), gate);
  }

  private static void assertTold(ScriptedGate gate, String... events) throws InterruptedException {
    for (String event : events) {
      assertThat(gate.next()).isEqualTo(event);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustAskAgainUntilItsTurnHasCome(Transport transport) throws Exception {
    ScriptedGate gate = new ScriptedGate(2, Duration.ofMillis(10));
    try (Peer peer = Peer.plays(Peer.says("=hello"));
        Client client = client(transport, gate)) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.isSuccess()).isTrue();
      assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
      assertTold(gate, "asked", "again", "again", "connected");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustNotDialWhatTheGateRefuses(Transport transport) throws Exception {
    IOException busy = new IOException("no port left");
    try (Peer peer = Peer.plays(Peer.says("=hello"));
        Client client = client(transport, ScriptedGate.refusing(busy))) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.cause()).isSameAs(busy);
      ConnectReport report = client.report();
      assertThat(report.outcome()).isEqualTo(ConnectOutcome.NOT_ADMITTED);
      assertThat(report.dials()).isZero();
      assertThat(peer.connections()).isZero();
      assertThat(connect.channel().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustFailWithTheClientsTimeoutWhoWaitedForAllOfIt(Transport transport) throws Exception {
    ScriptedGate gate = ScriptedGate.shut();
    try (Peer peer = Peer.plays(Peer.says("=hello"));
        Client client = client(transport, gate)) {
      ChannelFuture connect = await(client.connect(peer, 200));
      assertThat(connect.cause())
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessage("connection timed out after 200 ms: " + peer.address());
      assertTold(gate, "asked", "left");
      assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.TIMED_OUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustLeaveTheLineWhenTheCallerGivesUp(Transport transport) throws Exception {
    for (boolean closes : List.of(true, false)) {
      ScriptedGate gate = ScriptedGate.shut();
      try (Peer peer = Peer.plays(Peer.says("=hello"));
          Client client = client(transport, gate)) {
        ChannelFuture connect = client.connect(peer, TIMEOUT);
        client.awaitDial(connect);
        if (closes) {
          connect.channel().close();
        } else {
          connect.channel().eventLoop().submit(() -> connect.cancel(false)).sync();
        }
        assertTold(gate, "asked", "left");
        assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.CANCELLED);
        assertThat(connect.channel().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustLeaveTheLineWithTheEventLoop(Transport transport) throws Exception {
    ScriptedGate gate = ScriptedGate.shut();
    try (Peer peer = Peer.plays(Peer.says("=hello"));
        Client client = client(transport, gate)) {
      ChannelFuture connect = client.connect(peer, TIMEOUT);
      client.awaitDial(connect);
      client.end();
      assertTold(gate, "asked", "left");
      assertThat(connect.isDone()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustGiveThePermitBackWhenTheDialIsGivenUp(Transport transport) throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    try (Peer peer = Peer.full();
        Client client = client(transport, gate)) {
      ChannelFuture connect = client.connect(peer, TIMEOUT);
      client.awaitDial(connect);
      connect.channel().eventLoop().submit(() -> connect.cancel(false)).sync();
      assertTold(gate, "asked", "LOCAL");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustGiveThePermitBackWhenTheHandlerIsRemoved(Transport transport) throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    try (Peer peer = Peer.full();
        Client client = client(transport, gate)) {
      ChannelFuture connect = client.connect(peer, TIMEOUT);
      client.awaitDial(connect);
      connect.channel().pipeline().removeFirst();
      assertThat(await(connect).isSuccess()).isFalse();
      assertTold(gate, "asked", "LOCAL");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustSayThatTheDialFailed(Transport transport) throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    try (Socket deaf = new Socket();
        Client client = client(transport, gate)) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and never listens
      int port = deaf.getLocalPort();
      await(client.bootstrap(TIMEOUT).connect(InetAddress.getLoopbackAddress(), port));
      assertTold(gate, "asked", "failed");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustSayWhoClosed(Transport transport) throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    assertThat(endOf(transport, Peer.says("=hello"), connected -> connected.close()))
        .isEqualTo("LOCAL");
    assertThat(endOf(transport, Peer.hangsUpOn("!", ""), connected -> {})).isEqualTo("REMOTE");
    Peer.Act resets =
        socket -> {
          go.join();
          socket.setSoLinger(true, 0);
          socket.close();
        };
    assertThat(endOf(transport, resets, connected -> go.complete(null))).isEqualTo("RESET");
    assertThat(
            endOf(
                transport,
                Peer.says("=hello"),
                connected -> {
                  connected.config().setOption(ChannelOption.SO_LINGER, 0);
                  connected.close();
                }))
        .isEqualTo("ABORT");
    assertThat(
            endOf(
                transport,
                Peer.says("=hello"),
                connected -> {
                  connected.pipeline().removeFirst();
                  connected.close();
                }))
        .as("closed unseen")
        .isEqualTo("LOCAL");
  }

  private interface Ending {
    void end(Channel connected);
  }

  private static String endOf(Transport transport, Peer.Act act, Ending ending) throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    try (Peer peer = Peer.plays(act);
        Client client = client(transport, gate)) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertTold(gate, "asked", "connected");
      connect.channel().eventLoop().submit(() -> ending.end(connect.channel())).sync();
      return gate.next();
    }
  }

  /** A gate of the user's own that throws, or gives no answer, must not make a connect hang. */
  @ParameterizedTest
  @EnumSource
  void mustFailTheConnectOfAGateThatThrows(Transport transport) throws Exception {
    for (ConnectGate faulty : FAULTY) {
      try (Peer peer = Peer.plays(Peer.says("=hello"));
          Client client = client(transport, faulty)) {
        ChannelFuture connect = await(client.connect(peer, 0));
        assertThat(connect.cause()).isInstanceOf(IOException.class).hasMessageContaining("gate");
        assertThat(connect.channel().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.NOT_ADMITTED);
      }
    }
  }

  @SuppressWarnings("NullAway") // one that forgets to answer
  private static final List<ConnectGate> FAULTY =
      List.of(
          (remote, timeout) -> {
            throw new LinkageError("a class is missing");
          },
          (remote, timeout) -> null,
          (remote, timeout) ->
              new Admission.Wait(
                  1_000_000,
                  new Turn() {
                    @Override
                    public Admission again() {
                      throw new IllegalStateException("thrown at the second look");
                    }

                    @Override
                    public void leave() {
                      throw new IllegalStateException("thrown at the end");
                    }
                  }));

  /** Whatever its books throw, the connection is the client's, and its end is reported. */
  @ParameterizedTest
  @EnumSource
  void mustConnectAlthoughThePermitThrows(Transport transport) throws Exception {
    AtomicInteger ends = new AtomicInteger();
    Permit throwing =
        new Permit() {
          @Override
          public void connected() {
            throw new AssertionError("thrown");
          }

          @Override
          public void failed(Throwable cause) {
            throw new AssertionError("thrown");
          }

          @Override
          public void closed(Closer who) {
            ends.incrementAndGet();
            throw new AssertionError("thrown");
          }

          @Override
          public Admission exhausted() {
            throw new AssertionError("thrown");
          }
        };
    try (Peer peer = Peer.plays(Peer.says("=hello"));
        Client client = client(transport, (remote, timeout) -> new Admission.Go(throwing))) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.isSuccess()).isTrue();
      assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
      connect.channel().close().await(10, TimeUnit.SECONDS);
      connect.channel().eventLoop().submit(() -> {}).sync();
      assertThat(ends).hasValue(1);
    }
  }
}
