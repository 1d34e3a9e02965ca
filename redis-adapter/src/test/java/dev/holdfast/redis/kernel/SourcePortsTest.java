package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.gate.PortsExhaustedException;
import dev.holdfast.internal.dial.RedialEventLoopGroup;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.dial.Redialler;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A connection for each call, closed by the client, over few source ports. */
@KernelLab
final class SourcePortsTest {

  private static final int FIRST_PORT = 21_000;
  private static final int THREADS = 4;

  /** A machine that stands still for a second gives all ports back before they are asked for. */
  private static final int ATTEMPTS = 3;

  /** For so long a port is taken where TIME_WAIT is reused, and a little more. */
  private static final Duration TIME_WAIT = Duration.ofMillis(1_200);

  private static final Duration TIMEOUT = Duration.ofSeconds(10); // Lettuce's own default

  /**
   * Without RFC 1337 a port may be free at once: if the server's ACK of a FIN is overtaken by its
   * own FIN, as two cores can order them, TIME_WAIT answers it, and the server resets what it no
   * longer knows.
   */
  private static void ports(Network network, int count, boolean reused) {
    network
        .client()
        .portRange(FIRST_PORT, FIRST_PORT + count - 1)
        .reuseTimeWait(reused)
        .rfc1337(true);
  }

  @Test
  void mustConnectEveryCallerAtTheRateThePortsAllow(Network network) throws Exception {
    RedisServer redis = network.redis();
    int ports = 50;
    int visits = 4 * ports;
    int most =
        10 * visits; // a machine that is slow for a while needs them no faster than they come
    ports(network, ports, true);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    ExecutorService callers = Executors.newFixedThreadPool(THREADS);
    try (Connects connects = new Connects(Dial.ROUTED, redis.port(), Connects.direct(), TIMEOUT)) {
      AtomicInteger made = new AtomicInteger();
      BooleanSupplier more =
          () -> {
            int before = made.getAndIncrement();
            return before < visits || (before < most && connects.portWaits() == 0);
          };
      long began = System.nanoTime();
      for (int i = 0; i < THREADS; i++) {
        callers.execute(
            () -> {
              while (more.getAsBoolean()) {
                visit(connects, failures);
              }
            });
      }
      callers.shutdown();
      assertThat(callers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      Figures.print(
          "%d source ports, TIME_WAIT of a second".formatted(ports),
          "%d connects in %d ms, %d failed %s; %d waited, %.0f ms in all",
          made.get() - THREADS, // each has asked once more
          Figures.millisSince(began),
          failures.size(),
          failures.stream().findFirst().map(e -> root(e).toString()).orElse(""),
          connects.portWaits(),
          connects.portWaitMillis());
      assertThat(failures).isEmpty();
      assertThat(connects.portWaits()).isPositive();
    } finally {
      callers.shutdownNow();
    }
  }

  private static void visit(Connects connects, Queue<Throwable> failures) {
    try (StatefulRedisConnection<String, String> connection = connects.client().connect()) {
      connection.sync().ping();
    } catch (RuntimeException e) {
      failures.add(e);
    }
  }

  @Test
  void mustSayAtOnceWhichPortsAreExhausted(Network network) throws Exception {
    RedisServer redis = network.redis();
    int ports = 20;
    ports(network, ports, false);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    try (Connects connects =
        new Connects(Dial.ROUTED, redis.port(), Connects.direct(), Duration.ofSeconds(1))) {
      for (int i = 0; i <= ports && failures.isEmpty(); i++) {
        visit(connects, failures);
      }
      assertThat(failures).isNotEmpty();
      Throwable root = root(failures.element());
      Figures.print("no port within the connect timeout", "%s", root);
      assertThat(root).isInstanceOf(PortsExhaustedException.class);
      PortsExhaustedException.Evidence evidence =
          ((PortsExhaustedException) root).evidence().orElseThrow();
      assertThat(evidence.budget().ports()).isEqualTo(ports);
      assertThat(evidence.budget().hold()).isEqualTo(Duration.ofSeconds(60));
      assertThat(evidence.use().timeWait()).isEqualTo(ports);
      assertThat(evidence.hostTimeWait()).isGreaterThanOrEqualTo(ports);
      assertThat(root).hasMessageContaining("the budget is 0.3 connects/s");
    }
  }

  @Test
  void mustWaitForPortsThatOthersHold(Network network) throws Exception {
    RedisServer redis = network.redis();
    int ports = 20;
    ports(network, ports, true);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    try (Connects connects = new Connects(Dial.ROUTED, redis.port(), Connects.direct(), TIMEOUT)) {
      for (int i = 0; i < ATTEMPTS && connects.portWaits() == 0 && failures.isEmpty(); i++) {
        takeAllPorts(redis.port(), ports);
        visit(connects, failures);
        Await.idle(TIME_WAIT);
      }
      assertThat(failures).isEmpty();
      assertThat(connects.portWaits()).isPositive();
    }
  }

  @Test
  void mustWaitForPortsThatOthersHoldOnNioToo(Network network) throws Exception {
    RedisServer redis = network.redis();
    int ports = 20;
    ports(network, ports, true);
    ConnectGate gate = GuardSwitch.isOff() ? ConnectGate.open() : EndpointGates.ofDefaults();
    Redialler redialler = Redialler.of(RedialSettings.ofDefaults(), report -> {}, gate);
    RedialEventLoopGroup group = nio();
    try {
      Bootstrap bootstrap =
          new Bootstrap()
              .group(group)
              .channel(NioSocketChannel.class)
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.pipeline().addFirst(redialler.handler());
                    }
                  });
      RedialEventLoopGroup.prepare(bootstrap);
      for (int i = 0; i < ATTEMPTS; i++) { // in one of them, at least, the ports are still taken
        takeAllPorts(redis.port(), ports);
        ChannelFuture connect = bootstrap.connect(Dial.ROUTED.address(), redis.port());
        assertThat(connect.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(connect.cause()).isNull();
        connect.channel().close().sync();
        Await.idle(TIME_WAIT);
      }
    } finally {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @SuppressWarnings("deprecation") // Netty 4.1 has no other groups
  private static RedialEventLoopGroup nio() {
    return new RedialEventLoopGroup(new NioEventLoopGroup(1));
  }

  /** As another process would that knows of no budget: all are in TIME_WAIT afterwards. */
  private static void takeAllPorts(int port, int count) throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        open.add(new Socket(Dial.ROUTED.address(), port));
      }
      try (Socket tooMany = new Socket(Dial.ROUTED.address(), port)) {
        throw new IllegalStateException("one port too many: " + tooMany);
      } catch (BindException | NoRouteToHostException none) {
        assertThat(none).hasMessageContaining("Cannot assign requested address");
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
