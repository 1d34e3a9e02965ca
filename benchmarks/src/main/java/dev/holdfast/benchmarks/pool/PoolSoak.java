package dev.holdfast.benchmarks.pool;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Lease;
import dev.holdfast.pool.OutstandingLease;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * 10,000 virtual threads read from Redis over 50 pooled connections, whose flows the router forgets
 * every five seconds: what is on its way then is not answered. A read that was not answered within
 * a second gives its connection up and is made again.
 */
public final class PoolSoak {

  private static final int THREADS = 10_000;
  private static final int CONNECTIONS = 50;
  private static final int ATTEMPTS = 5;
  private static final Duration ANSWER = Duration.ofSeconds(1);
  private static final Duration ACQUIRE = Duration.ofSeconds(30);
  private static final long FORGET_SECONDS = 5;

  private final LongAdder calls = new LongAdder();
  private final LongAdder again = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final AtomicReference<@Nullable Throwable> firstError = new AtomicReference<>();
  private volatile boolean running = true;

  private PoolSoak() {}

  /**
   * What came of it.
   *
   * @param calls reads that were answered
   * @param again attempts that were not, and were made again
   * @param errors reads that failed
   * @param firstError the first failure
   * @param opened connections made
   * @param leaked leases still out at the end, and connections left open
   */
  public record Result(
      long calls,
      long again,
      long errors,
      @Nullable Throwable firstError,
      int opened,
      int leaked) {}

  /**
   * Runs it in a network of its own.
   *
   * @param seconds for how long
   * @return what came of it
   * @throws Exception if it could not be run
   */
  public static Result run(int seconds) throws Exception {
    return new PoolSoak().soak(seconds);
  }

  private Result soak(int seconds) throws Exception {
    try (Network network = Network.open(1)) {
      network.loose(false);
      RedisServer redis = network.redis();
      redis.command("SET", "key", "value");
      RespConnector connector =
          new RespConnector(new InetSocketAddress(Dial.ROUTED.address(), redis.port()), ANSWER);
      ConnectionPool<RespConnection> pool =
          ConnectionPool.builder(
                  connector,
                  NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
                      .plan())
              .name("soak")
              .maxSize(CONNECTIONS)
              .maxConnecting(CONNECTIONS)
              .maxWaiters(THREADS)
              .acquireTimeout(ACQUIRE)
              .build();
      CountDownLatch ended = new CountDownLatch(THREADS);
      ExecutorService threads = VirtualThreads.executor();
      for (int i = 0; i < THREADS; i++) {
        threads.execute(() -> readOn(pool, ended));
      }
      for (long left = seconds; left > 0; left -= FORGET_SECONDS) {
        TimeUnit.SECONDS.sleep(Math.min(left, FORGET_SECONDS));
        network.forgetAll();
      }
      running = false;
      boolean all = ended.await(2, TimeUnit.MINUTES);
      threads.shutdownNow();
      List<OutstandingLease> out = pool.drain(Duration.ofSeconds(5)).get();
      for (int i = 0; i < 100 && !connector.open.isEmpty(); i++) {
        TimeUnit.MILLISECONDS.sleep(20); // they are closed on the pool's threads
      }
      return new Result(
          calls.sum(),
          again.sum(),
          errors.sum() + (all ? 0 : ended.getCount()),
          firstError.get(),
          connector.opened.get(),
          out.size() + connector.open.size());
    }
  }

  private void readOn(ConnectionPool<RespConnection> pool, CountDownLatch ended) {
    try {
      while (running) {
        read(pool);
        calls.increment();
      }
    } catch (Throwable e) {
      errors.increment();
      firstError.compareAndSet(null, e);
    } finally {
      ended.countDown();
    }
  }

  private void read(ConnectionPool<RespConnection> pool) throws Exception {
    for (int attempt = 1; ; attempt++) {
      Lease<RespConnection> lease = pool.acquire();
      try {
        String answer = lease.connection().command("STRLEN key");
        lease.close();
        if (!answer.equals(":5")) {
          throw new IllegalStateException("another's answer: " + answer);
        }
        return;
      } catch (IOException e) {
        lease.discard();
        again.increment();
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
