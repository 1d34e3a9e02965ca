package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisCluster;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;

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

  private static final int MOVES = 20;

  private final Event event;
  private final RedisCluster cluster = RedisCluster.start();
  private final RedisSide clients = new RedisSide();
  private final long[] acknowledged = new long[2];
  private final long[] unknown = new long[2];

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
    RedisAdvancedClusterCommands<String, String> calls =
        clients
            .cluster(guarded, RedisSide.to(cluster.node(1).port()).build(), options)
            .connect()
            .sync();
    int who = guarded ? 1 : 0;
    return () -> {
      unknown[who]++;
      boolean succeeds = calls.incr(key(guarded)) > 0;
      unknown[who]--;
      acknowledged[who]++;
      return succeeds;
    };
  }

  private static String key(boolean guarded) {
    return KEYS + (guarded ? "guarded" : "bare");
  }

  @Override
  public long twice(boolean guarded) {
    int who = guarded ? 1 : 0;
    return Math.max(0, cluster.counter(key(guarded)) - acknowledged[who] - unknown[who]);
  }

  @Override
  public void happens(Runnable done) {
    switch (event) {
      case KILLED -> cluster.node(0).kill();
      case STOPPED -> cluster.node(0).freeze();
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
