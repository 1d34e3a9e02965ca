package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that stalls behind a real HAProxy, whose kernel acknowledges in its place: many
 * connections miss their answers together, and nothing is wrong with any of them.
 */
final class SlowProxyTest {

  private static final int CONNECTIONS = 40;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int ATTEMPTS = 3;

  private final Path dir;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();

  SlowProxyTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private static ConnectionPlan plan() {
    Hop proxy =
        Hop.named("haproxy")
            .idleLimit(Duration.ofHours(1))
            .clock(IdleClock.PAYLOAD)
            .expiry(Expiry.FIN)
            .terminates(true)
            .build();
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
        .through(proxy)
        .plan();
  }

  /** Listens on the returned port and leads to the servers, the second in reserve. */
  private int proxyTo(String servers) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = startProxyTo(servers);
      if (port > 0) {
        return port;
      }
    }
    throw new IllegalStateException("haproxy has ended: " + Files.readString(log()));
  }

  /** Where the proxy takes orders. */
  private Path socket() {
    return dir.resolve("haproxy.sock");
  }

  /**
   * As when its checks find a server dead, which is a matter of time: newcomers are led past it.
   */
  private void leadPast(String server) throws IOException {
    String order = "set server redis/%s state maint%n".formatted(server);
    try (SocketChannel admin = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      admin.write(ByteBuffer.wrap(order.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(256);
      while (admin.read(answer) >= 0) {
        assertThat(answer.hasRemaining()).isTrue();
      }
      assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
          .as("what the proxy has against the order")
          .isBlank();
    }
  }

  private Path log() {
    return dir.resolve("haproxy.log");
  }

  /** Its port, or -1 if it has ended, as where somebody else has taken the port meanwhile. */
  private int startProxyTo(String servers) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config = dir.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        global
          stats socket %s level admin
        defaults
          mode tcp
          timeout connect 1s
          timeout client 1h
          timeout server 1h
        listen redis
          bind 127.0.0.1:%d
          option redispatch
        %s
        """
            .formatted(socket(), port, servers.indent(2)));
    Process proxy;
    try {
      proxy =
          new ProcessBuilder("haproxy", "-db", "-f", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(log().toFile())
              .start();
    } catch (IOException notInstalled) {
      Assumptions.abort("haproxy is not on PATH");
      throw notInstalled;
    }
    opened.add(proxy::destroyForcibly);
    Await.until("haproxy listens", SOON, () -> !proxy.isAlive() || listens(port));
    return proxy.isAlive() ? port : -1;
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static String server(String name, RedisServer redis, String more) {
    return "server %s 127.0.0.1:%d %s".formatted(name, redis.port(), more);
  }

  private RedisServer redis() {
    RedisServer redis = RedisServer.start();
    opened.add(redis);
    return redis;
  }

  private List<StatefulRedisConnection<String, String>> connect(int port, boolean guarded) {
    LettuceGuard guard =
        LettuceGuard.custom(plan()).meterRegistry(new SimpleMeterRegistry()).build();
    guard.onSwap(swaps::add);
    ClientResources own = ClientResources.create();
    opened.add(0, () -> own.shutdown(0, 0, TimeUnit.SECONDS).get());
    RedisURI uri = RedisURI.create("redis://127.0.0.1:" + port);
    RedisClient client = RedisClient.create(guarded ? guard.install(own) : own, uri);
    opened.add(0, () -> client.shutdown(Duration.ZERO, Duration.ZERO));
    if (guarded) {
      client.setOptions(guard.options(ClientOptions.create()));
    }
    List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add(client.connect());
    }
    return connections;
  }

  private static long accepted(RedisServer redis) {
    return redis
        .command("INFO", "stats")
        .lines()
        .filter(line -> line.startsWith("total_connections_received:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElseThrow();
  }

  /** Wakes them all while the server stalls; how many connections the server accepted meanwhile. */
  private static long wakeAll(
      List<StatefulRedisConnection<String, String>> connections,
      RedisServer redis,
      Duration stall,
      String key)
      throws Exception {
    Await.idle(Duration.ofMillis(1_200));
    long before = accepted(redis);
    redis.freeze();
    List<RedisFuture<Long>> calls = new ArrayList<>();
    for (int i = 0; i < connections.size(); i++) {
      calls.add(connections.get(i).async().incr(key + i));
    }
    Await.idle(stall);
    redis.thaw();
    for (RedisFuture<Long> call : calls) {
      assertThat(call.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
    }
    Await.idle(Duration.ofMillis(300));
    long own = 1; // the one that asks
    return accepted(redis) - before - own;
  }

  @ParameterizedTest
  @ValueSource(ints = {250, 600, 2_000})
  void mustAskOnceForAllAndReconnectNone(int stallMillis) throws Exception {
    RedisServer redis = redis();
    int port = proxyTo(server("only", redis, ""));
    Duration stall = Duration.ofMillis(stallMillis);
    long bare = wakeAll(connect(port, false), redis, stall, "bare");
    long guarded = wakeAll(connect(port, true), redis, stall, "guarded");
    System.out.printf(
        "server stalls for %d ms behind haproxy: bare opened %d connections, guarded %d; %d swaps%n",
        stallMillis, bare, guarded, swaps.size());
    assertThat(swaps).isEmpty();
    assertThat(bare).isZero();
    assertThat(guarded).as("one question for all").isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {600, 2_000})
  void mustReconnectNoneWithoutAProxyEither(int stallMillis) throws Exception {
    RedisServer redis = redis();
    Duration stall = Duration.ofMillis(stallMillis);
    long guarded = wakeAll(connect(redis.port(), true), redis, stall, "direct");
    System.out.printf(
        "server stalls for %d ms: guarded opened %d connections; %d swaps%n",
        stallMillis, guarded, swaps.size());
    assertThat(swaps).isEmpty();
    assertThat(guarded).isLessThanOrEqualTo(1);
  }

  /** The proxy has found out, sends newcomers elsewhere, and tells nobody who was there before. */
  @Test
  void mustGiveUpThoseWhoseBackendDiedWithinThePingTimeout() throws Exception {
    RedisServer first = redis();
    RedisServer second = redis();
    int port = proxyTo(server("first", first, "") + "\n" + server("second", second, "backup"));
    List<StatefulRedisConnection<String, String>> connections = connect(port, true);
    Await.idle(Duration.ofMillis(1_200));
    first.freeze();
    try {
      leadPast("first");
      assertThat(answers(port)).as("newcomers are sent to the second").isTrue();
      long began = System.nanoTime();
      List<RedisFuture<Long>> calls = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        calls.add(connections.get(i).async().incr("moved" + i));
      }
      Await.until("all given up", SOON, () -> swaps.size() == CONNECTIONS);
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      System.out.printf(
          "backend died behind haproxy: %d given up after %d ms, ping timeout %d ms%n",
          swaps.size(), took, plan().pingTimeout().toMillis());
      for (RedisFuture<Long> call : calls) {
        assertThat(call.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
      }
      assertThat(swaps).allMatch(swap -> swap.ambiguous() == 0);
    } finally {
      first.thaw();
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException lost) {
      return false;
    }
  }
}
