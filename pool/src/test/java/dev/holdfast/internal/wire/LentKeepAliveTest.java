package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.path.KeepAlive;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever has a kernel ask, and whoever ends first: the keepalive of a socket stays its user's. */
final class LentKeepAliveTest {

  private static final KeepAliveSettings USERS = new KeepAliveSettings(true, 120, 30, 3);

  private static final ChannelInitializer<Channel> NOBODY =
      new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel channel) {}
      };

  private Socket client;
  private Socket server;
  private SocketProbe kernel;

  /** Has the kernel ask, once or again, and at last does not any more. */
  private interface Borrower {
    void ask();

    void rest();
  }

  @BeforeEach
  void connect() throws IOException {
    assumeTrue(Epoll.isAvailable(), "no native epoll");
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      client = new Socket(listener.getInetAddress(), listener.getLocalPort());
      server = listener.accept();
    }
    set(USERS);
    kernel = SocketProbe.of(client);
  }

  @AfterEach
  void close() throws IOException {
    if (server != null) {
      client.close();
      server.close();
    }
  }

  private void set(KeepAliveSettings settings) throws IOException {
    client.setOption(StandardSocketOptions.SO_KEEPALIVE, settings.enabled());
    client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, settings.idleSeconds());
    client.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, settings.intervalSeconds());
    client.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, settings.count());
  }

  private List<Borrower> borrowers() {
    return List.of(flight(), listener(), proof());
  }

  private Borrower proof() {
    LentKeepAlive.Loan loan = kernel.lent().loan();
    return new Borrower() {
      @Override
      public void ask() {
        assertThat(loan.poke()).isTrue();
      }

      @Override
      public void rest() {
        loan.giveBack();
      }
    };
  }

  private Borrower flight() {
    FlightJudge judge = new FlightJudge(kernel, 0);
    judge.begin(0);
    return new Borrower() {
      @Override
      public void ask() {
        judge.judge(silent(), Duration.ofSeconds(1).toNanos());
      }

      @Override
      public void rest() {
        judge.rest();
      }
    };
  }

  private Borrower listener() {
    ListenJudge judge = new ListenJudge(kernel, Opinion.Unanswered::new);
    return new Borrower() {
      @Override
      public void ask() {
        judge.judge(silent());
      }

      @Override
      public void rest() {
        judge.rest();
      }
    };
  }

  private static WireSnapshot silent() {
    return new WireSnapshot(
        WireSource.EPOLL,
        Duration.ofSeconds(1).toNanos(),
        WireSnapshot.ESTABLISHED,
        0,
        0,
        0,
        0,
        204_000,
        100,
        950,
        950,
        950,
        0);
  }

  /** Of so many borrowers, each of whom asks and then rests: all orders of these steps. */
  private static List<List<Integer>> orders(int borrowers) {
    List<List<Integer>> orders = new ArrayList<>();
    extend(new int[borrowers], new ArrayList<>(), orders);
    return orders;
  }

  private static void extend(int[] steps, List<Integer> order, List<List<Integer>> orders) {
    if (order.size() == 2 * steps.length) {
      orders.add(List.copyOf(order));
      return;
    }
    for (int who = 0; who < steps.length; who++) {
      if (steps[who] < 2) {
        steps[who]++;
        order.add(who);
        extend(steps, order, orders);
        order.remove(order.size() - 1);
        steps[who]--;
      }
    }
  }

  @Test
  void mustPutTheUsersSettingsBackBehindTheLastWhateverTheOrder() {
    for (List<Integer> order : orders(borrowers().size())) {
      List<Borrower> all = borrowers();
      boolean[] asks = new boolean[all.size()];
      int asking = 0;
      for (int who : order) {
        asking += asks[who] ? -1 : 1;
        if (asks[who]) {
          all.get(who).rest();
        } else {
          all.get(who).ask();
        }
        asks[who] = !asks[who];
        if (asking > 0) {
          assertThat(kernel.keepAlive().idleSeconds()).as("%s", order).isEqualTo(1);
        } else {
          assertThat(kernel.keepAlive()).as("%s", order).isEqualTo(USERS);
        }
      }
    }
  }

  @Test
  void mustCountABorrowerOnceHoweverOftenItAsks() {
    LentKeepAlive.Loan one = kernel.lent().loan();
    LentKeepAlive.Loan other = kernel.lent().loan();
    one.giveBack();
    one.poke();
    one.poke();
    other.poke();
    one.giveBack();
    one.giveBack();
    assertThat(kernel.keepAlive().idleSeconds()).isEqualTo(1);
    other.giveBack();
    assertThat(kernel.keepAlive()).isEqualTo(USERS);
  }

  @Test
  void mustLetBeWhatIsAskedAndPutTheUsersBackAllTheSame() {
    LentKeepAlive.Loan proof = kernel.lent().loan();
    LentKeepAlive.Loan other = kernel.lent().loan();
    proof.poke();
    proof.letBe();
    assertThat(kernel.keepAlive().enabled()).isFalse();
    other.poke();
    assertThat(kernel.keepAlive().enabled()).isTrue();
    proof.giveBack();
    other.giveBack();
    assertThat(kernel.keepAlive()).isEqualTo(USERS);
  }

  @Test
  void mustKeepWhatTheUserSetsMeanwhile() throws IOException {
    LentKeepAlive.Loan loan = kernel.lent().loan();
    loan.poke();
    client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 77);
    loan.poke();
    assertThat(kernel.keepAlive().idleSeconds()).isEqualTo(1);
    client.setKeepAlive(false);
    loan.giveBack();
    assertThat(kernel.keepAlive()).isEqualTo(new KeepAliveSettings(false, 77, 30, 3));
  }

  /** A watch fills in the plan's as soon as it looks, while a proof of the same is under way. */
  @Test
  void mustNotTakeWhatIsLentForWhatTheUserHasSet() throws IOException {
    client.setKeepAlive(false);
    LentKeepAlive.Loan loan = kernel.lent().loan();
    loan.poke();
    KeepAlive planned = new KeepAlive(Duration.ofSeconds(30), Duration.ofSeconds(5), 4);
    kernel.fill(planned, Duration.ZERO, 7_200);
    assertThat(kernel.keepAlive().idleSeconds()).isEqualTo(1);
    loan.giveBack();
    assertThat(kernel.keepAlive()).isEqualTo(new KeepAliveSettings(true, 30, 5, 4));
  }

  @Test
  void mustSetNothingOnASocketThatHasTheDescriptorOfAClosedOne() throws IOException {
    LentKeepAlive.Loan loan = kernel.lent().loan();
    loan.poke();
    client.close();
    List<Socket> later = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 20; i++) { // the lowest free number is given first
        later.add(new Socket(listener.getInetAddress(), listener.getLocalPort()));
      }
      List<KeepAliveSettings> before =
          later.stream().map(SocketProbe::of).map(SocketProbe::keepAlive).toList();
      loan.poke();
      loan.letBe();
      loan.giveBack();
      assertThat(later.stream().map(SocketProbe::of).map(SocketProbe::keepAlive).toList())
          .isEqualTo(before);
    } finally {
      for (Socket one : later) {
        one.close();
      }
    }
  }

  /** The same of Netty's channels. */
  @Test
  @SuppressWarnings("deprecation") // of Netty 4.2; 4.1 has no other
  void mustSetNothingOnAChannelThatHasTheDescriptorOfAClosedOne() throws Exception {
    EventLoopGroup loop = new EpollEventLoopGroup(1);
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Bootstrap bootstrap =
          new Bootstrap()
              .group(loop)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.SO_KEEPALIVE, true)
              .option(EpollChannelOption.TCP_KEEPIDLE, 120)
              .handler(NOBODY)
              .remoteAddress(listener.getLocalSocketAddress());
      Channel first = bootstrap.connect().sync().channel();
      WireProbe probe = WireProbe.of(first);
      LentKeepAlive.Loan loan = loop.submit(() -> probe.lent().loan()).get();
      assertThat(loop.submit(loan::poke).get()).isTrue();
      first.close().sync();
      List<EpollSocketChannel> later = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        later.add((EpollSocketChannel) bootstrap.connect().sync().channel());
      }
      assertThat(loop.submit(loan::poke).get()).isFalse();
      loop.submit(loan::letBe).get();
      loop.submit(loan::giveBack).get();
      assertThat(later).allMatch(one -> one.config().isKeepAlive());
      assertThat(later).allMatch(one -> one.config().getTcpKeepIdle() == 120);
      assertThat(loop.submit(probe::keepAlive).get()).isEqualTo(KeepAliveSettings.UNKNOWN);
    } finally {
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }
  }
}
