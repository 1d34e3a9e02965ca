package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guard in the other kinds of Lettuce connections. */
final class SessionsTest {

  private static final Duration IDLE = Duration.ofMillis(1_100);

  /** In RESP3, where a PING of the guard's cannot be taken for anything else. */
  @Test
  void mustResubscribeAfterASubscribersPathDied() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client =
          bed.guarded(
              bed.guard(), ClientOptions.builder().protocolVersion(ProtocolVersion.RESP3).build());
      BlockingQueue<String> messages = new LinkedBlockingQueue<>();
      try (var subscriber = client.connectPubSub()) {
        subscriber.addListener(
            new RedisPubSubAdapter<>() {
              @Override
              public void message(String channel, String message) {
                messages.add(message);
              }
            });
        subscriber.sync().subscribe("news");
        Await.idle(IDLE);
        bed.middlebox().forgetAll();
        subscriber.sync().ping(); // a PING is a read: it goes at once, behind the guard's own
        Await.until("swapped", RedisBed.SOON, () -> bed.swaps().size() == 1);
        Await.until(
            "resubscribed",
            RedisBed.SOON,
            () -> {
              redis.command("PUBLISH", "news", "again");
              return !messages.isEmpty();
            });
        Await.idle(IDLE);
        subscriber.sync().subscribe("more"); // proved by a PING in subscribed mode
        assertThat(bed.swaps()).hasSize(1);
        assertThat(bed.meter("holdfast.probes", "result", "answered")).isEqualTo(1);
      }
    }
  }

  @Test
  void mustSurviveOnAClusterNodesConnection() throws Exception {
    try (RedisServer redis =
            RedisServer.builder()
                .arguments("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf")
                .start();
        Middlebox middlebox = Middlebox.to(redis.port()).forgetting(Forgetting.SILENCE).start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      redis.command("CONFIG", "SET", "cluster-announce-ip", "127.0.0.1");
      redis.command("CONFIG", "SET", "cluster-announce-port", Integer.toString(middlebox.port()));
      redis.command(
          Stream.concat(
                  Stream.of("CLUSTER", "ADDSLOTS"),
                  IntStream.range(0, 16_384).mapToObj(Integer::toString))
              .toArray(String[]::new));
      Await.until(
          "the cluster is up",
          RedisBed.SOON,
          () -> redis.command("CLUSTER", "INFO").contains("cluster_state:ok"));
      LettuceGuard guard = bed.guard();
      RedisURI uri = RedisURI.create("redis://127.0.0.1:" + middlebox.port());
      uri.setTimeout(Duration.ofSeconds(5));
      RedisClusterClient client = RedisClusterClient.create(guard.install(bed.resources()), uri);
      try {
        client.setOptions(guard.options(ClusterClientOptions.create()));
        try (var connection = client.connect()) {
          assertThat(connection.sync().incr("cluster")).isEqualTo(1);
          Await.idle(IDLE);
          middlebox.forgetAll();
          assertThat(connection.sync().incr("cluster")).isEqualTo(2);
          assertThat(bed.swaps()).isNotEmpty();
        }
      } finally {
        client.shutdown(Duration.ZERO, Duration.ZERO);
      }
    }
  }

  @Test
  void mustSurviveOnSentinelAndItsMaster() throws Exception {
    try (RedisServer redis = RedisServer.start();
        Middlebox toMaster = Middlebox.to(redis.port()).forgetting(Forgetting.SILENCE).start();
        RedisServer sentinel = RedisServer.builder().sentinelOf(toMaster.port()).start();
        RedisBed bed = new RedisBed(sentinel, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      RedisURI uri =
          RedisURI.builder()
              .withSentinel("127.0.0.1", bed.middlebox().port())
              .withSentinelMasterId("master")
              .withTimeout(Duration.ofSeconds(5))
              .build();
      RedisClient client = bed.guarded(guard, ClientOptions.create(), uri);
      try (var master = client.connect();
          var watching = client.connectSentinel()) {
        assertThat(master.sync().incr("sentinel")).isEqualTo(1);
        assertThat(watching.sync().masters()).hasSize(1);
        Await.idle(IDLE);
        toMaster.forgetAll();
        bed.middlebox().forgetAll();
        assertThat(master.sync().incr("sentinel")).isEqualTo(2);
        Await.idle(IDLE);
        assertThat(watching.async().masters().get(5, TimeUnit.SECONDS)).hasSize(1);
        assertThat(bed.swaps()).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustSurviveOverTls(Forgetting forgetting) throws Exception {
    try (RedisServer redis = RedisServer.builder().tls().start();
        Middlebox middlebox = Middlebox.to(redis.tlsPort()).forgetting(forgetting).start();
        RedisBed bed = new RedisBed(redis, middlebox)) {
      RedisClient client =
          bed.guarded(bed.guard(), TlsSetup.trusting(redis), TlsSetup.uri(middlebox));
      List<String> keys = List.of("tls:a", "tls:b", "tls:c");
      try (var connection = client.connect()) {
        for (String key : keys) {
          assertThat(connection.sync().incr(key)).isEqualTo(1);
          Await.idle(IDLE);
          middlebox.forgetAll();
          assertThat(connection.sync().incr(key)).isEqualTo(2);
        }
      }
      assertThat(redis.counters(keys).values()).containsOnly(2L);
      assertThat(bed.swaps()).hasSize(keys.size());
    }
  }
}
