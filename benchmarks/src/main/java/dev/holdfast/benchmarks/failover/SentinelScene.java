package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A master, its replica and three Sentinels, of which two have to agree. */
final class SentinelScene implements Scene {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int SENTINELS = 3;

  private final boolean kills;
  private final RedisServer master = RedisServer.start();
  private final RedisServer replica =
      RedisServer.builder()
          .arguments("--replicaof", "127.0.0.1 " + master.port())
          .arguments("--repl-diskless-sync-delay", "0")
          .start();
  private final List<RedisServer> sentinels = new ArrayList<>();
  private final RedisSide clients = new RedisSide();

  /**
   * @param kills the master; else it is frozen
   */
  SentinelScene(boolean kills) {
    this.kills = kills;
    for (int i = 0; i < SENTINELS; i++) {
      RedisServer sentinel = RedisServer.builder().sentinelOf(master.port()).start();
      sentinels.add(sentinel);
      sentinel.command("SENTINEL", "SET", "master", "quorum", "2");
      sentinel.command("SENTINEL", "SET", "master", "down-after-milliseconds", "500");
    }
    Await.until(
        "it replicates",
        SOON,
        () -> replica.command("INFO", "replication").contains("master_link_status:up"));
    for (RedisServer sentinel : sentinels) {
      Await.until(
          "they know each other",
          SOON,
          () -> sentinel.command("INFO", "sentinel").contains("slaves=1,sentinels=3"));
    }
  }

  private RedisURI uri() {
    RedisURI.Builder uri = RedisURI.builder().withSentinelMasterId("master");
    sentinels.forEach(each -> uri.withSentinel("127.0.0.1", each.port()));
    return uri.withTimeout(RedisSide.CALL).build();
  }

  @Override
  public Caller caller(boolean guarded) {
    RedisURI uri = uri();
    RedisClient client = clients.client(guarded, uri);
    if (guarded) {
      clients.guard().followSentinels(client, uri);
    }
    RedisCommands<String, String> calls = client.connect().sync();
    return id -> Runs.run(calls, Runs.key(guarded), id);
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return Runs.of(replica, Runs.key(guarded));
  }

  /** It is over once a Sentinel tells the new master. */
  @Override
  public void happens(Runnable done) {
    if (kills) {
      master.kill();
    } else {
      master.freeze();
    }
    Await.until("Sentinels switch", SOON, () -> sentinels.stream().anyMatch(this::hasSwitched));
    done.run();
  }

  private boolean hasSwitched(RedisServer sentinel) {
    return sentinel
        .command("SENTINEL", "get-master-addr-by-name", "master")
        .contains(String.valueOf(replica.port()));
  }

  @Override
  public void close() throws Exception {
    if (!kills) {
      master.thaw();
    }
    clients.close();
    sentinels.forEach(RedisServer::close);
    replica.close();
    master.close();
  }
}
