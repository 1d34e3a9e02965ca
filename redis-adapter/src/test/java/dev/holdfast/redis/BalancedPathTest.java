package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A balancer on the path: a server answers a PING before its connection is the client's. */
final class BalancedPathTest {

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
    return RedisURI.builder()
        .withHost("127.0.0.1")
        .withPort(redis.port())
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
