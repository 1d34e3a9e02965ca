package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A balancer on the path: a server answers a PING before its connection is the client's. */
final class BalancedPathTest {

  /** One more, and the gate would take those that were reset for a storm. */
  private static final int CONNECTS = 3;

  private static final String LOCAL = "127.0.0.1";

  private final List<ConnectReport> reports = new CopyOnWriteArrayList<>();

  private LettuceGuard guard() {
    ConnectionPlan plan =
        NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
            .through(HopPreset.AWS_NLB.hop())
            .plan();
    LettuceGuard guard = LettuceGuard.create(plan);
    guard.onConnect(reports::add);
    return guard;
  }

  private static RedisURI uri(RedisServer redis) {
    return uri(redis.port());
  }

  private static RedisURI uri(int port) {
    return RedisURI.builder()
        .withHost(LOCAL)
        .withPort(port)
        .withTimeout(Duration.ofSeconds(5))
        .build();
  }

  /** On a loaded machine an answer may be late, and another dial is sent; nothing else dials. */
  private void assertConnectedInOneDial(int connects) {
    assertThat(reports).hasSize(connects);
    assertThat(reports)
        .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(ConnectOutcome.CONNECTED))
        .allSatisfy(report -> assertThat(report.dials() - silent(report)).isEqualTo(1));
  }

  private static int silent(ConnectReport report) {
    return report.redials().getOrDefault(RedialReason.SILENCE, 0);
  }

  private long dials() {
    return reports.stream().mapToLong(ConnectReport::dials).sum();
  }

  private static long pings(RedisServer redis) {
    return redis
        .command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_ping:calls="))
        .mapToLong(line -> Long.parseLong(line.replaceAll("cmdstat_ping:calls=(\\d+).*", "$1")))
        .sum();
  }

  @Test
  void mustAskAServerOnceAndServeCommandsAndSubscriptions() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      redis.command("CONFIG", "RESETSTAT");
      RedisClient client = bed.guarded(guard(), ClientOptions.create(), uri(redis));
      try (var connection = client.connect();
          var subscriber = client.connectPubSub()) {
        // before the first call, which is preceded by a PING if it comes a second later
        assertThat(pings(redis)).as("one for each dial that was answered").isBetween(2L, dials());
        assertThat(connection.sync().incr("key")).isEqualTo(1);
        subscriber.sync().subscribe("channel");
        assertThat(connection.sync().publish("channel", "message")).isEqualTo(1);
        assertConnectedInOneDial(2);
      }
    }
  }

  @Test
  void mustAskBeforeAuthentication() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisURI uri =
          RedisURI.builder(uri(redis)).withAuthentication("user", "secret".toCharArray()).build();
      redis.command("ACL", "SETUSER", "user", "on", ">secret", "~*", "+@all", "-ping");
      redis.command("ACL", "SETUSER", "default", "on", "resetpass", ">other");
      RedisClient client = bed.guarded(guard(), ClientOptions.create(), uri);
      try (var connection = client.connect()) {
        assertThat(connection.sync().incr("key")).isEqualTo(1);
        assertConnectedInOneDial(1);
      }
    }
  }

  @Test
  void mustNotAskOverTls() throws Exception {
    try (RedisServer redis = RedisServer.builder().tls().start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      redis.command("CONFIG", "RESETSTAT");
      RedisURI uri =
          RedisURI.builder()
              .withHost("localhost")
              .withPort(redis.tlsPort())
              .withSsl(true)
              .withTimeout(Duration.ofSeconds(5))
              .build();
      RedisClient client = bed.guarded(guard(), TlsSetup.trusting(redis), uri);
      try (var connection = client.connect()) {
        assertThat(pings(redis)).isZero();
        assertThat(connection.sync().incr("key")).isEqualTo(1);
        assertConnectedInOneDial(1);
      }
    }
  }

  /**
   * A balancer whose servers are gone accepts, and closes or resets: as many dials as a refusal
   * costs, and not six.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustDialAServerThatHangsUpAsOftenAsOneThatRefuses(boolean resets) throws Exception {
    try (Wordless bare = new Wordless(resets);
        Wordless guarded = new Wordless(resets);
        RedisServer unused = RedisServer.start();
        RedisBed bed = new RedisBed(unused, Forgetting.SILENCE)) {
      fails(RedisClient.create(bed.resources(), uri(bare.port())));
      Await.until("the bare dials", RedisBed.SOON, () -> bare.accepted() >= CONNECTS);
      assertThat(bare.accepted()).isEqualTo(CONNECTS);

      fails(bed.guarded(guard(), ClientOptions.create(), uri(guarded.port())));
      assertThat(reports).hasSize(CONNECTS);
      assertThat(reports)
          .allSatisfy(report -> assertThat(report.dials() - silent(report)).isEqualTo(3))
          .allSatisfy(report -> assertThat(report.foreign()).isZero())
          .allSatisfy(report -> assertThat(report.hangUps()).isBetween(2, 3));
      Await.until("the dials", RedisBed.SOON, () -> guarded.accepted() >= 3 * CONNECTS);
      assertThat(guarded.accepted()).isBetween(3 * CONNECTS, (int) dials());
    }
  }

  private static void fails(RedisClient client) {
    try (client) {
      for (int i = 0; i < CONNECTS; i++) {
        assertThatThrownBy(client::connect).isInstanceOf(RedisConnectionException.class);
      }
    }
  }

  /** Accepts, and hangs up without having read. */
  private static final class Wordless implements AutoCloseable {
    private final ServerSocket listening =
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger accepted = new AtomicInteger();

    Wordless(boolean resets) throws IOException {
      Thread serving = new Thread(() -> serve(resets), "wordless");
      serving.setDaemon(true);
      serving.start();
    }

    private void serve(boolean resets) {
      while (!listening.isClosed()) {
        try (Socket socket = listening.accept()) {
          accepted.incrementAndGet();
          if (resets) {
            socket.setSoLinger(true, 0);
          }
        } catch (IOException gone) {
          // the test is over, or its client was faster
        }
      }
    }

    int port() {
      return listening.getLocalPort();
    }

    int accepted() {
      return accepted.get();
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }

  /** The server says it on accepting, and closes: the client must hear the server's own words. */
  @Test
  void mustPassOnTheRefusalOfAFullServer() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client = bed.guarded(guard(), ClientOptions.create(), uri(redis));
      try (var connection = client.connect()) {
        connection.sync().configSet("maxclients", "1");
        assertThatThrownBy(client::connect)
            .isInstanceOf(RedisConnectionException.class)
            .hasStackTraceContaining("max number of clients reached");
      }
    }
  }
}
