package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisCluster;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is dialled to learn where servers are is told from what carries calls. */
final class TopologyDialTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final AttributeKey<Boolean> DISCOVERY =
      AttributeKey.valueOf("dev.holdfast.internal.dial.DiscoveryDial#DISCOVERY");

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private final LettuceGuard guard =
      LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry()).build();

  private ClientResources guarded() {
    ClientResources own =
        ClientResources.builder()
            .nettyCustomizer(
                new NettyCustomizer() {
                  @Override
                  public void afterChannelInitialized(Channel channel) {
                    channels.add(channel);
                  }
                })
            .build();
    opened.add(0, () -> own.shutdown(0, 0, TimeUnit.SECONDS).get());
    return guard.install(own);
  }

  /** Those that are open once look-ups have closed theirs. */
  private List<Channel> lasting(int count) {
    Await.until(
        "look-ups have closed theirs",
        SOON,
        () -> channels.stream().filter(Channel::isActive).count() <= count);
    return channels.stream().filter(Channel::isActive).toList();
  }

  private long discoveries() {
    return channels.stream().filter(channel -> channel.hasAttr(DISCOVERY)).count();
  }

  @Test
  void mustKnowTheConnectionsOfAClustersTopologyRefresh() {
    RedisCluster cluster = RedisCluster.start();
    opened.add(0, cluster);
    RedisURI uri = RedisURI.create("127.0.0.1", cluster.node(0).port());
    RedisClusterClient client = RedisClusterClient.create(guarded(), uri);
    opened.add(0, () -> client.shutdown(Duration.ZERO, Duration.ZERO));
    try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
      for (String key : List.of("{a}", "{b}", "{c}", "{d}")) {
        connection.sync().set(key, "1");
      }
      assertThat(lasting(RedisCluster.MASTERS + 1))
          .isNotEmpty()
          .noneMatch(channel -> channel.hasAttr(DISCOVERY));
      assertThat(discoveries()).isPositive();
      long before = discoveries();
      int all = channels.size();
      client.refreshPartitions();
      assertThat(discoveries() - before).isPositive().isEqualTo(channels.size() - all);
    }
  }

  @Test
  void mustKnowTheLookUpOfASentinelsMaster() {
    RedisServer master = RedisServer.start();
    opened.add(0, master);
    RedisServer sentinel = RedisServer.builder().sentinelOf(master.port()).start();
    opened.add(0, sentinel);
    RedisURI uri =
        RedisURI.builder()
            .withSentinelMasterId("master")
            .withSentinel("127.0.0.1", sentinel.port())
            .build();
    RedisClient client = RedisClient.create(guarded(), uri);
    opened.add(0, () -> client.shutdown(Duration.ZERO, Duration.ZERO));
    assertThat(client.connect().sync().ping()).isEqualTo("PONG");
    assertThat(lasting(1)).hasSize(1).noneMatch(channel -> channel.hasAttr(DISCOVERY));
    assertThat(discoveries()).isEqualTo(channels.size() - 1L).isPositive();
  }

  @Test
  void mustKnowTheLookAtAMasterAndItsReplicas() {
    RedisServer master = RedisServer.start();
    opened.add(0, master);
    RedisURI uri = RedisURI.create("127.0.0.1", master.port());
    RedisClient client = RedisClient.create(guarded());
    opened.add(0, () -> client.shutdown(Duration.ZERO, Duration.ZERO));
    try (StatefulRedisMasterReplicaConnection<String, String> connection =
        MasterReplica.connect(client, StringCodec.UTF8, List.of(uri))) {
      assertThat(connection.sync().ping()).isEqualTo("PONG");
      assertThat(discoveries()).isPositive();
      assertThat(lasting(2)).anyMatch(channel -> !channel.hasAttr(DISCOVERY));
    }
  }
}
