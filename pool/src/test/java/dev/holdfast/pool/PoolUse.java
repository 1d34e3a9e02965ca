package dev.holdfast.pool;

import io.micrometer.core.instrument.Metrics;
import java.time.Duration;

/** What an application does with a pool before it is undeployed. */
public final class PoolUse implements Runnable {

  /** Made by reflection, in a class loader of the application's. */
  public PoolUse() {}

  @Override
  public void run() {
    FakeServer server = new FakeServer();
    ConnectionPool<FakeServer.Connection> pool =
        ConnectionPool.builder(server, PoolBed.plan())
            .name("undeployed")
            .minIdle(1)
            .maxSize(1)
            .meters(Metrics.globalRegistry)
            .build();
    try {
      Lease<FakeServer.Connection> lease = pool.acquire(Duration.ofSeconds(30));
      pool.acquireAsync(Duration.ofMinutes(10)); // its timers end with the pool
      pool.tryAcquire();
      server.connects = FakeServer.Mood.SILENT;
      lease.discard();
      pool.close();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
