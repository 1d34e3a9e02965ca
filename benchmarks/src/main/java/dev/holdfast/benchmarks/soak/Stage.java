package dev.holdfast.benchmarks.soak;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * What faults are injected into: one network and its servers, used by both sides.
 *
 * @param loading of Redis, when it starts again
 * @param proxy in front of Redis, where one is installed
 */
record Stage(
    Network network,
    RedisServer redis,
    NginxServer nginx,
    Loading loading,
    Optional<HaProxy> proxy,
    Quiet quiet,
    Random random) {

  /** The clients' network; the oracle and the publisher come from another. */
  private static final String CLIENTS = " addr=10.77.";

  private static final String KEPT = "aof_current_size:";

  /** Waits for a random time. */
  void idle(long leastMillis, long mostMillis) {
    Await.idle(time(leastMillis, mostMillis));
  }

  Duration time(long leastMillis, long mostMillis) {
    return Duration.ofMillis(leastMillis + random.nextInt((int) (mostMillis - leastMillis) + 1));
  }

  /** How many bytes Redis has appended to the file that it starts from. */
  long redisKept() {
    return redis
        .command("INFO", "persistence")
        .lines()
        .filter(line -> line.startsWith(KEPT))
        .mapToLong(line -> Long.parseLong(line.substring(KEPT.length()).strip()))
        .sum();
  }

  /** Redis closes every connection of the clients, subscribers included. */
  void killClients() {
    redis.killClients(
        redis
            .command("CLIENT", "LIST")
            .lines()
            .filter(line -> line.contains(CLIENTS))
            .map(line -> line.replaceAll("^id=(\\d+) .*$", "$1"))
            .toList());
  }
}
