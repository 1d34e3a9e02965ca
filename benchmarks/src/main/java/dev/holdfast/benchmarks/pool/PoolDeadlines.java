package dev.holdfast.benchmarks.pool;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.AcquireTimeoutException;
import dev.holdfast.pool.ConnectionPool;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** How late an acquire fails when every connection is half-open and no new one comes about. */
public final class PoolDeadlines {

  private static final int CONNECTIONS = 8;
  private static final int CALLERS = 16;
  private static final int CALLS = 125;
  private static final Duration DEADLINE = Duration.ofMillis(50);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FILLED = Duration.ofMinutes(1);

  private PoolDeadlines() {}

  /**
   * What the machine adds by itself: as many threads that only park for as long, as often.
   *
   * @return milliseconds beyond the time of 2,000 parks, in ascending order
   * @throws Exception if it could not be run
   */
  public static double[] parked() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      return all(callers, PoolDeadlines::parks);
    } finally {
      callers.shutdownNow();
    }
  }

  private static double[] all(ExecutorService callers, Callable<double[]> calls) throws Exception {
    List<Future<double[]>> all = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      all.add(callers.submit(calls));
    }
    List<double[]> late = new ArrayList<>();
    for (Future<double[]> one : all) {
      late.add(one.get());
    }
    return late.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
  }

  private static double[] parks() {
    double[] late = new double[CALLS];
    for (int i = 0; i < CALLS; i++) {
      long begun = System.nanoTime();
      LockSupport.parkNanos(DEADLINE.toNanos());
      late[i] = Math.max(0, (System.nanoTime() - begun - DEADLINE.toNanos()) / 1e6);
    }
    return late;
  }

  /**
   * Runs it in a network of its own.
   *
   * @return milliseconds beyond the deadline of 2,000 acquires, in ascending order
   * @throws Exception if it could not be run
   */
  public static double[] late() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (Network network = Network.open(1)) {
      RedisServer redis = network.redis();
      RespConnector connector =
          new RespConnector(new InetSocketAddress(Dial.ROUTED.address(), redis.port()), TIMEOUT);
      try (ConnectionPool<RespConnection> pool =
          ConnectionPool.builder(
                  connector,
                  NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
                      .plan())
              .name("deadlines")
              .maxSize(CONNECTIONS)
              .minIdle(CONNECTIONS)
              .build()) {
        Await.until("idle connections", FILLED, () -> pool.state().idle() == CONNECTIONS);
        network.blackhole();
        connector.open.forEach(connection -> connection.liveness().suspect());
        return all(callers, () -> calls(pool));
      }
    } finally {
      callers.shutdownNow();
    }
  }

  private static double[] calls(ConnectionPool<RespConnection> pool) throws InterruptedException {
    double[] late = new double[CALLS];
    for (int i = 0; i < CALLS; i++) {
      long begun = System.nanoTime();
      try {
        pool.acquire(DEADLINE).close();
        throw new IllegalStateException("a half-open connection was lent");
      } catch (AcquireTimeoutException expected) {
        late[i] = (System.nanoTime() - begun - DEADLINE.toNanos()) / 1e6;
      }
    }
    return late;
  }
}
