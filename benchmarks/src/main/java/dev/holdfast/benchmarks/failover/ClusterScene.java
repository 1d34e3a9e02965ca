package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisCluster;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** A cluster of six; the callers' keys are in a slot of the node that something happens to. */
final class ClusterScene implements Scene {

  /** What happens to the node. */
  enum Event {
    KILLED,
    STOPPED,
    FAILED_OVER,
    SLOT_MOVED
  }

  /** In slot 3300, of node 0. */
  private static final String KEYS = "{b}:";

  /** What waits for a node that is gone is not sent to another: a short wait sees more. */
  private static final Duration CALL = Duration.ofMillis(200);

  private static final int MOVES = 20;

  private final Event event;
  private final RedisCluster cluster = RedisCluster.start();
  private final RedisSide clients = new RedisSide();

  ClusterScene(Event event) {
    this.event = event;
  }

  @Override
  public Caller caller(boolean guarded) {
    ClusterClientOptions options =
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder()
                    .enablePeriodicRefresh(Duration.ofMillis(500))
                    .build())
            .build();
    StatefulRedisClusterConnection<String, String> connection =
        clients.cluster(guarded, RedisSide.to(cluster.node(1).port()).build(), options).connect();
    connection.setTimeout(CALL);
    RedisAdvancedClusterCommands<String, String> calls = connection.sync();
    return id -> Runs.run(calls, key(guarded), id);
  }

  private static String key(boolean guarded) {
    return KEYS + Runs.key(guarded);
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    for (int i = 0; i < 2 * RedisCluster.MASTERS; i++) {
      RedisServer node = cluster.node(i);
      try {
        if (node.command("ROLE").startsWith("master")) {
          return Runs.of(node, key(guarded));
        }
      } catch (IllegalStateException | UncheckedIOException movedOrGone) {
        // the next one
      }
    }
    throw new IllegalStateException("no master has " + key(guarded));
  }

  @Override
  public void happens(Runnable done) {
    switch (event) {
      case KILLED -> {
        cluster.node(0).kill();
        cluster.awaitTakenOver(0);
      }
      case STOPPED -> {
        cluster.node(0).freeze();
        cluster.awaitTakenOver(0);
      }
      case FAILED_OVER -> cluster.failOver(0);
      case SLOT_MOVED -> {
        for (int i = 0; i < MOVES; i++) {
          cluster.moveSlot(SlotHash.getSlot(KEYS));
        }
      }
    }
    done.run();
  }

  @Override
  public void close() throws Exception {
    if (event == Event.STOPPED) {
      cluster.node(0).thaw();
    }
    clients.close();
    cluster.close();
  }
}
