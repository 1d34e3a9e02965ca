package dev.holdfast.lab;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A real Redis cluster of three masters, each with a replica, on loopback ports. The replica of the
 * n-th node is the (n+3)-th, and takes over 2 s after its master was lost. Thread-safe.
 */
public final class RedisCluster implements AutoCloseable {

  /** How many nodes are masters at first. */
  public static final int MASTERS = 3;

  private static final int SLOTS = 16_384;
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration GIVEN_UP = Duration.ofSeconds(6);
  private static final String MOVE_MILLIS = "5000";

  private final List<RedisServer> nodes;

  private RedisCluster(List<RedisServer> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Starts a cluster and waits until it works, its replicas replicate and every node names them.
   *
   * @return a cluster, to be closed
   */
  public static RedisCluster start() {
    List<RedisServer> nodes = new ArrayList<>();
    RedisCluster cluster = null;
    try {
      for (int i = 0; i < 2 * MASTERS; i++) {
        nodes.add(node());
      }
      cluster = new RedisCluster(nodes);
      cluster.join();
      return cluster;
    } finally {
      if (cluster == null) {
        nodes.forEach(RedisServer::close);
      }
    }
  }

  private static RedisServer node() {
    return RedisServer.builder()
        .clustered()
        .arguments("--cluster-node-timeout", "2000")
        .arguments("--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1")
        .start();
  }

  private void join() {
    for (int i = 0; i < MASTERS; i++) {
      String first = String.valueOf(i * SLOTS / MASTERS);
      String last = String.valueOf((i + 1) * SLOTS / MASTERS - 1);
      nodes.get(i).command("CLUSTER", "ADDSLOTSRANGE", first, last);
    }
    RedisServer met = nodes.get(0);
    List<String> bus = met.command("CONFIG", "GET", "cluster-port").lines().toList();
    for (RedisServer node : nodes.subList(1, nodes.size())) {
      node.command("CLUSTER", "MEET", "127.0.0.1", String.valueOf(met.port()), bus.get(1).strip());
    }
    await("all know each other", node -> says(node, "cluster_known_nodes:6"));
    for (int i = 0; i < MASTERS; i++) {
      nodes.get(MASTERS + i).command("CLUSTER", "REPLICATE", id(nodes.get(i)));
    }
    await("the cluster works", RedisCluster::works);
    for (RedisServer replica : nodes.subList(MASTERS, nodes.size())) {
      Await.until(
          "it replicates",
          SOON,
          () -> replica.command("INFO", "replication").contains("master_link_status:up"));
    }
    await("it names all to clients", this::namesAll);
  }

  /** A replica is not named until the node that is asked has heard how much it has replicated. */
  private boolean namesAll(RedisServer node) {
    List<String> slots = node.command("CLUSTER", "SLOTS").lines().toList();
    return nodes.stream().allMatch(other -> slots.contains(String.valueOf(other.port())));
  }

  private void await(String what, Predicate<RedisServer> holds) {
    Await.until(what, SOON, () -> nodes.stream().allMatch(holds));
  }

  private static boolean says(RedisServer node, String what) {
    return node.command("CLUSTER", "INFO").contains(what);
  }

  private static boolean works(RedisServer node) {
    return says(node, "cluster_state:ok");
  }

  private static String id(RedisServer node) {
    return node.command("CLUSTER", "MYID").strip();
  }

  /**
   * A node.
   *
   * @param number from 0 to 5
   * @return its server
   */
  public RedisServer node(int number) {
    return nodes.get(number);
  }

  /**
   * Has the replica of a node take over by its own command. Redis gives that up after five seconds
   * if the old master was too slow to agree; then it is asked again.
   *
   * @param master its number, from 0 to 2
   */
  public void failOver(int master) {
    RedisServer replica = nodes.get(MASTERS + master);
    for (int i = 0; i < 10; i++) {
      try {
        replica.command("CLUSTER", "FAILOVER");
        Await.until("it is the master", GIVEN_UP, () -> isMaster(replica));
        return;
      } catch (IllegalStateException tooSlow) {
        if (isMaster(replica)) {
          return;
        }
      }
    }
    throw new IllegalStateException("no failover in ten attempts");
  }

  /**
   * Waits until the replica of a lost node has taken over and the cluster works again.
   *
   * @param lost its number, from 0 to 2
   */
  public void awaitTakenOver(int lost) {
    RedisServer replica = nodes.get(MASTERS + lost);
    Await.until("its replica is the master", SOON, () -> isMaster(replica));
    RedisServer other = nodes.get((lost + 1) % MASTERS);
    Await.until("the cluster works", SOON, () -> works(other));
  }

  private static boolean isMaster(RedisServer node) {
    return node.command("ROLE").startsWith("master");
  }

  /**
   * Moves a slot and its keys to the next of the first three nodes, while it is in use. All three
   * must be masters.
   *
   * @param slot a slot
   * @return the number of the node that serves it now
   */
  public int moveSlot(int slot) {
    int from = owner(slot);
    int to = (from + 1) % MASTERS;
    RedisServer source = nodes.get(from);
    RedisServer target = nodes.get(to);
    String which = String.valueOf(slot);
    target.command("CLUSTER", "SETSLOT", which, "IMPORTING", id(source));
    source.command("CLUSTER", "SETSLOT", which, "MIGRATING", id(target));
    for (String key = keyIn(source, which); !key.isEmpty(); key = keyIn(source, which)) {
      source.command("MIGRATE", "127.0.0.1", String.valueOf(target.port()), key, "0", MOVE_MILLIS);
    }
    String owner = id(target);
    target.command("CLUSTER", "SETSLOT", which, "NODE", owner);
    source.command("CLUSTER", "SETSLOT", which, "NODE", owner);
    nodes.get((to + 1) % MASTERS).command("CLUSTER", "SETSLOT", which, "NODE", owner);
    return to;
  }

  private static String keyIn(RedisServer node, String slot) {
    return node.command("CLUSTER", "GETKEYSINSLOT", slot, "1").strip();
  }

  private int owner(int slot) {
    for (int i = 0; i < MASTERS; i++) {
      String me = id(nodes.get(i));
      boolean mine =
          nodes
              .get(i)
              .command("CLUSTER", "NODES")
              .lines()
              .filter(line -> line.startsWith(me))
              .anyMatch(line -> serves(line, slot));
      if (mine) {
        return i;
      }
    }
    throw new IllegalStateException("no node serves slot " + slot);
  }

  private static boolean serves(String line, int slot) {
    String[] words = line.split(" ", -1);
    for (int i = 8; i < words.length; i++) {
      if (words[i].startsWith("[")) {
        continue; // on its way
      }
      String[] ends = words[i].split("-", -1);
      if (Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads a counter from whichever node serves it as a master; the others say who that is.
   *
   * @param key its key
   * @return its value
   * @throws IllegalStateException if no master has it
   */
  public long counter(String key) {
    for (RedisServer node : nodes) {
      try {
        if (isMaster(node)) {
          return Long.parseLong(node.command("GET", key).strip());
        }
      } catch (IllegalStateException | UncheckedIOException movedOrGone) {
        // the next one
      }
    }
    throw new IllegalStateException("no master has " + key);
  }

  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }
}
