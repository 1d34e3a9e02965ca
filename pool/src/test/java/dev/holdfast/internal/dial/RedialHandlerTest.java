package dev.holdfast.internal.dial;

import static dev.holdfast.internal.dial.Client.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.ForeignReplyException;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.dial.Client.Transport;
import dev.holdfast.internal.gate.ServerRefusalException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class RedialHandlerTest {

  private static final int TIMEOUT = 10_000;
  private static final String PROBE = "who?";

  /** A protocol whose lines begin with an equals sign. */
  private static final FirstReply EQUALS =
      new FirstReply() {
        @Override
        public ByteBuf probe() {
          return Unpooled.copiedBuffer(PROBE, StandardCharsets.US_ASCII);
        }

        @Override
        public Verdict check(ByteBuf first) {
          if (first.getByte(first.readerIndex()) != '=') {
            return Verdict.FOREIGN;
          }
          int end = first.bytesBefore((byte) '\n');
          if (end < 0) {
            return Verdict.INCOMPLETE;
          }
          if (first.toString(StandardCharsets.US_ASCII).startsWith("=full")) {
            return Verdict.REFUSAL;
          }
          first.skipBytes(end + 1);
          return Verdict.ANSWER;
        }
      };

  private static RedialSettings balanced(@Nullable FirstReply firstReply) {
    return new RedialSettings(6, true, firstReply, List.of());
  }

  private static Peer.Act me() {
    return Peer.answers(PROBE, "=me\n", "=yes\n");
  }

  @ParameterizedTest
  @EnumSource
  void mustDialAServerThatAnswersOnce(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.says("=hello"));
        Client client = new Client(transport, RedialSettings.ofDefaults())) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.isSuccess()).isTrue();
      assertThat(connect.channel().remoteAddress()).isEqualTo(peer.address());
      ConnectReport report = client.report();
      assertThat(report.outcome()).isEqualTo(ConnectOutcome.CONNECTED);
      assertThat(report.dials()).isEqualTo(1);
      assertThat(report.redials()).isEmpty();
      assertThat(report.winnerRttNanos()).isPositive();
      assertThat(client.event()).isEqualTo("registered");
      assertThat(client.event()).isEqualTo("active");
      assertThat(client.event()).isEqualTo("read =hello");
      connect.channel().close();
      assertThat(client.event()).isEqualTo("inactive");
      assertThat(client.event()).isEqualTo("unregistered");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustKeepTheAnswerToTheProbeFromTheClient(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(me());
        Client client = new Client(transport, balanced(EQUALS))) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.isSuccess()).isTrue();
      assertThat(connect.channel().localAddress()).isNotNull();
      assertThat(connect.channel().remoteAddress()).isEqualTo(peer.address());
      assertThat(client.event()).isEqualTo("registered");
      assertThat(client.event()).isEqualTo("active");
      assertThat(client.event()).isEqualTo("read =yes");
      assertThat(client.report().dials()).isEqualTo(1);
      connect.channel().close();
      assertThat(client.event()).isEqualTo("inactive");
      assertThat(client.event()).isEqualTo("unregistered");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustDialAgainWhenAServerSpeaksAnotherProtocol(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.says("HTTP/1.1 400"), Peer.hangsUp(), me());
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, TIMEOUT)).isSuccess()).isTrue();
      ConnectReport report = client.report();
      assertThat(report.dials()).isEqualTo(3);
      assertThat(report.foreign()).isEqualTo(1);
      assertThat(report.hangUps()).isEqualTo(1);
      assertThat(report.redials())
          .isEqualTo(Map.of(RedialReason.FOREIGN, 1, RedialReason.HUNG_UP, 1));
      assertThat(client.event()).isEqualTo("registered");
      assertThat(client.event()).isEqualTo("active");
      assertThat(client.event()).isEqualTo("read =yes");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustSayWhatItMetWhenNoServerSpeaksTheProtocol(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.says("HTTP/1.1 400"));
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, TIMEOUT)).cause())
          .isInstanceOf(ForeignReplyException.class)
          .hasMessageContaining("5 of 5 dials")
          .hasMessageContaining("HTTP/1.1 400");
      assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.FOREIGN);
      assertThat(client.event()).isEqualTo("registered");
      assertThat(client.event()).isEqualTo("unregistered");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustServeAClientWhoseServersHangUpOnTheProbeAlone(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.hangsUpOn(PROBE, ""));
        Client client = new Client(transport, balanced(EQUALS))) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.isSuccess()).isTrue();
      assertThat(connect.channel().isActive()).isTrue();
      assertThat(client.report().dials()).isEqualTo(3);
    }
  }

  /** As often as one that refuses, whether it closes or resets, before or after the probe came. */
  @ParameterizedTest
  @EnumSource
  void mustDialAServerThatHangsUpWithoutAWordTwiceMore(Transport transport) throws Exception {
    for (Peer.Act wordless : List.of(Peer.hangsUp(), Peer.resets(), Peer.hangsUpOn(PROBE, ""))) {
      try (Peer peer = Peer.plays(wordless);
          Client client = new Client(transport, balanced(EQUALS))) {
        await(client.connect(peer, TIMEOUT));
        ConnectReport report = client.report();
        assertThat(report.dials()).isEqualTo(3);
        assertThat(report.redials()).isEqualTo(Map.of(RedialReason.HUNG_UP, 2));
        assertThat(report.foreign()).isZero();
        assertThat(report.hangUps()).isGreaterThanOrEqualTo(2);
      }
    }
  }

  /** Who looks late sees the reset, and is not handed the connection; who looks early is. */
  @ParameterizedTest
  @EnumSource
  void mustDialAgainWhatWasResetBeforeItWasSeenToStand(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.resets());
        Client client = new Client(transport, balanced(null))) {
      for (int i = 0; i < 3; i++) {
        await(client.connect(peer, TIMEOUT));
        ConnectReport report = client.report();
        assertThat(report.outcome()).isIn(ConnectOutcome.CONNECTED, ConnectOutcome.HUNG_UP);
        if (report.redials().containsKey(RedialReason.SILENCE)) {
          continue; // a late machine dials for another reason
        }
        boolean failed = report.outcome() == ConnectOutcome.HUNG_UP;
        assertThat(report.hangUps()).isEqualTo(report.dials() - (failed ? 0 : 1));
        assertThat(report.dials()).isBetween(1, 3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustPassTwoServersThatHangUpWithoutAWord(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.hangsUp(), Peer.resets(), me());
        Client client = new Client(transport, balanced(EQUALS))) {
      ChannelFuture connect = await(client.connect(peer, TIMEOUT));
      assertThat(connect.isSuccess()).isTrue();
      assertThat(client.report().dials()).isEqualTo(3);
      assertThat(connect.channel().isActive()).isTrue();
    }
  }

  /** Each kind has its bound, and both together are not dialled for ever. */
  @ParameterizedTest
  @EnumSource
  void mustCountHangUpsBesideRefusalsAndForeignServers(Transport transport) throws Exception {
    try (Peer peer = Peer.plays(Peer.says("=full\n"), Peer.hangsUp());
        Client client = new Client(transport, balanced(EQUALS))) {
      await(client.connect(peer, TIMEOUT));
      assertThat(client.report().dials()).as("a refusal, then hung up").isEqualTo(3);
    }
    try (Peer peer = Peer.plays(Peer.hangsUp(), Peer.says("=full\n"));
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, TIMEOUT)).cause())
          .isInstanceOf(ServerRefusalException.class);
      assertThat(client.report().dials()).as("hung up, then refusals").isEqualTo(3);
    }
    try (Peer peer = Peer.plays(Peer.hangsUp(), Peer.says("HTTP/1.1 400"));
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, TIMEOUT)).cause())
          .isInstanceOf(ForeignReplyException.class);
      assertThat(client.report().dials()).as("hung up, then foreign").isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustTakeAServerThatDoesNotWantTheConnectionForARefusal(Transport transport)
      throws Exception {
    try (Peer peer = Peer.plays(Peer.says("=full\n"), me());
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, TIMEOUT)).isSuccess()).isTrue();
      assertThat(client.report().redials()).isEqualTo(Map.of(RedialReason.REFUSED, 1));
    }
    try (Peer peer = Peer.plays(Peer.says("=full\n"));
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, TIMEOUT)).cause())
          .isInstanceOf(ServerRefusalException.class)
          .hasMessage("=full: " + peer.address());
      ConnectReport report = client.report();
      assertThat(report.outcome()).isEqualTo(ConnectOutcome.REFUSED);
      assertThat(report.dials()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustHandOverASlowServerAndKeepItsLateAnswerFromTheClient(Transport transport)
      throws Exception {
    CompletableFuture<Boolean> go = new CompletableFuture<>();
    try (Peer peer = Peer.plays(Peer.when(go, me()));
        Client client = new Client(transport, balanced(EQUALS))) {
      assertThat(await(client.connect(peer, 1_000)).isSuccess()).isTrue();
      assertThat(client.event()).isEqualTo("registered");
      assertThat(client.event()).isEqualTo("active");
      go.complete(true);
      assertThat(client.event()).isEqualTo("read =yes");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustFailAtTheUsersTimeoutWithTheClientsException(Transport transport) throws Exception {
    for (RedialSettings settings : List.of(RedialSettings.ofDefaults(), balanced(EQUALS))) {
      ConnectReport report = timedOut(transport, settings);
      for (int i = 0; i < 10 && report.dials() == 1; i++) { // all its time passed at once
        report = timedOut(transport, settings);
      }
      assertThat(report.redials()).isEqualTo(Map.of(RedialReason.SILENCE, 1));
      assertThat(report.dials()).isEqualTo(2);
    }
  }

  private static ConnectReport timedOut(Transport transport, RedialSettings settings)
      throws Exception {
    try (Peer peer = Peer.full();
        Client client = new Client(transport, settings)) {
      ChannelFuture connect = await(client.connect(peer, 800));
      assertThat(connect.cause())
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessage("connection timed out after 800 ms: " + peer.address());
      ConnectReport report = client.report();
      assertThat(report.outcome()).isEqualTo(ConnectOutcome.TIMED_OUT);
      assertThat(connect.channel().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(client.event()).isEqualTo("registered");
      assertThat(client.event()).isEqualTo("unregistered");
      return report;
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustFailARefusedConnectAtOnceWithoutABalancer(Transport transport) throws Exception {
    assertRefusedAfter(transport, RedialSettings.ofDefaults(), 1);
  }

  @ParameterizedTest
  @EnumSource
  void mustDialARefusedConnectTwiceMoreBehindABalancer(Transport transport) throws Exception {
    assertRefusedAfter(transport, balanced(null), 3);
  }

  private static void assertRefusedAfter(Transport transport, RedialSettings settings, int dials)
      throws Exception {
    try (Socket deaf = new Socket();
        Client client = new Client(transport, settings)) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and never listens
      InetSocketAddress nobody = (InetSocketAddress) deaf.getLocalSocketAddress();
      ChannelFuture connect = await(client.bootstrap(TIMEOUT).connect(nobody));
      assertThat(connect.cause())
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("Connection refused")
          .hasMessageContaining(nobody.toString());
      ConnectReport report = client.report();
      assertThat(report.outcome()).isEqualTo(ConnectOutcome.REFUSED);
      assertThat(report.refusals()).isEqualTo(dials);
      assertThat(report.dials()).isEqualTo(dials);
      assertThat(connect.channel().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustCloseTheChannelOfACancelledConnect(Transport transport) throws Exception {
    for (RedialSettings settings : List.of(RedialSettings.ofDefaults(), balanced(EQUALS))) {
      try (Peer peer = Peer.full();
          Client client = new Client(transport, settings)) {
        ChannelFuture connect = client.connect(peer, TIMEOUT);
        client.awaitDial(connect);
        connect.channel().eventLoop().submit(() -> connect.cancel(false)).sync();
        assertThat(connect.channel().closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.CANCELLED);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustEndWithItsEventLoop(Transport transport) throws Exception {
    try (Peer peer = Peer.full();
        Client client = new Client(transport, balanced(EQUALS))) {
      ChannelFuture connect = client.connect(peer, TIMEOUT);
      client.awaitDial(connect);
      client.end();
      assertThat(connect.channel().isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustTellAClosedChannelFromAFailedOne(Transport transport) throws Exception {
    try (Peer peer = Peer.full();
        Client client = new Client(transport, balanced(EQUALS))) {
      ChannelFuture connect = client.connect(peer, TIMEOUT);
      client.awaitDial(connect);
      connect.channel().close();
      assertThat(await(connect).isSuccess()).isFalse();
      assertThat(client.report().outcome()).isEqualTo(ConnectOutcome.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustDialOnlyOnceWithRedialsOff(Transport transport) throws Exception {
    try (Peer peer = Peer.full();
        Client client = new Client(transport, new RedialSettings(0, true, EQUALS, List.of()))) {
      assertThat(await(client.connect(peer, 800)).cause())
          .isInstanceOf(ConnectTimeoutException.class);
      assertThat(client.report().dials()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustLeaveALocalPortOfTheUsersAlone(Transport transport) throws Exception {
    InetSocketAddress local = free(InetAddress.getByName("127.3.2.1")); // a neighbour has another
    try (Peer peer = Peer.full();
        Client client = new Client(transport, RedialSettings.ofDefaults())) {
      assertThat(await(client.bootstrap(800).connect(peer.address(), local)).cause())
          .isInstanceOf(ConnectTimeoutException.class);
      assertThat(client.report().dials()).isEqualTo(1);
    }
  }

  private static InetSocketAddress free(InetAddress address) throws IOException {
    try (ServerSocket closing = new ServerSocket(0, 1, address)) {
      return new InetSocketAddress(address, closing.getLocalPort());
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustDialFromEachSourceAddressInTurn(Transport transport) throws Exception {
    List<InetAddress> sources =
        List.of(InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.3"));
    for (FirstReply asked : new FirstReply[] {null, EQUALS}) {
      try (Peer peer = Peer.plays(me());
          Client client =
              new Client(transport, new RedialSettings(6, asked != null, asked, sources))) {
        for (InetAddress source : sources) {
          ChannelFuture connect = await(client.connect(peer, TIMEOUT));
          assertThat(((InetSocketAddress) connect.channel().localAddress()).getAddress())
              .isEqualTo(source);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustKeepTheOptionsOfTheSocket(Transport transport) throws Exception {
    for (FirstReply asked : new FirstReply[] {null, EQUALS}) {
      try (Peer peer = Peer.plays(asked == null ? Peer.says("=yes") : me());
          Client client =
              new Client(transport, new RedialSettings(6, asked != null, asked, List.of()))) {
        ChannelFuture connect =
            await(
                client
                    .bootstrap(TIMEOUT)
                    .option(ChannelOption.SO_RCVBUF, 50_000)
                    .option(ChannelOption.TCP_NODELAY, false)
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.SO_LINGER, 3)
                    .option(ChannelOption.AUTO_READ, false)
                    .connect(peer.address()));
        var config = ((SocketChannel) connect.channel()).config();
        assertThat(config.getReceiveBufferSize()).isIn(50_000, 100_000); // Linux doubles it
        assertThat(config.isTcpNoDelay()).isFalse();
        assertThat(config.isKeepAlive()).isTrue();
        assertThat(config.getSoLinger()).isEqualTo(3);
        assertThat(config.isAutoRead()).isFalse();
        config.setSoLinger(0);
        assertThat(config.getSoLinger()).isZero();
        config.setAutoRead(true);
        assertThat(client.event()).isEqualTo("registered");
        assertThat(client.event()).isEqualTo("active");
        assertThat(client.event()).startsWith("read ");
      }
    }
  }
}
