package dev.holdfast.examples;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Lease;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pool over plain sockets: callers take turns on a few connections, and between two rounds the
 * server closes them all. No caller meets a closed one.
 */
final class SocketsJob {
  static final String USAGE =
      """
      usage: examples/run sockets

        The pool over plain sockets, without any client library: four callers on at most three
        connections to a real Redis, which closes them all between two rounds.

      exit code: 0 every call ran exactly once, 1 not so, 2 the command line is wrong
      """;

  private static final int ROUNDS = 5;
  private static final int CALLERS = 4;
  private static final int CALLS = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RedisServer redis;
  private final ConnectionPool<SocketConnection> pool;
  private final AtomicInteger failed = new AtomicInteger();

  private SocketsJob(RedisServer redis) {
    this.redis = redis;
    this.pool =
        ConnectionPool.builder(
                new SocketConnector(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port())),
                NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan())
            .name("sockets")
            .maxSize(3)
            .acquireTimeout(PATIENCE)
            .build();
  }

  static int run(List<String> args, PrintStream out) throws UsageException {
    if (args.contains("--help") || args.contains("-h")) {
      out.print(USAGE);
      return 0;
    }
    if (!args.isEmpty()) {
      throw new UsageException("sockets takes no arguments");
    }
    try (RedisServer redis = RedisServer.start()) {
      SocketsJob job = new SocketsJob(redis);
      try (ConnectionPool<SocketConnection> pool = job.pool) {
        for (int round = 1; round <= ROUNDS; round++) {
          job.round();
          out.printf("round %d: %s%n", round, pool);
          job.closeAll();
        }
      }
      return job.report(out);
    }
  }

  private void round() {
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(CompletableFuture.runAsync(this::calls, task -> new Thread(task).start()));
    }
    callers.forEach(CompletableFuture::join);
  }

  private void calls() {
    for (int i = 0; i < CALLS; i++) {
      try (Lease<SocketConnection> lease = pool.acquire()) {
        lease.connection().call("INCR calls", PATIENCE);
      } catch (IOException e) {
        failed.incrementAndGet();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** As a server does at its idle timeout, or a failover. */
  private void closeAll() {
    redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    Await.until("the ends were read", PATIENCE, () -> pool.state().total() == 0);
  }

  private int report(PrintStream out) {
    long wanted = (long) ROUNDS * CALLERS * CALLS;
    long ran = redis.counter("calls");
    out.printf(
        "%d calls, %d failed, %d ran on the server; its connections were closed %d times%n",
        wanted, failed.get(), ran, ROUNDS);
    return failed.get() == 0 && ran == wanted ? 0 : 1;
  }
}
