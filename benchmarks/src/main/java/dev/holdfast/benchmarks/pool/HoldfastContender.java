package dev.holdfast.benchmarks.pool;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Lease;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Holdfast's pool as it is used: an idle limit, a lifetime, the state word, the wait line. */
final class HoldfastContender implements Contender {

  private final ConnectionPool<Object> pool;

  HoldfastContender(int size) {
    pool =
        ConnectionPool.builder(
                new Objects(),
                NetworkPath.to(ServerLimits.withIdleTimeout("server", Duration.ofMinutes(5)))
                    .plan())
            .maxSize(size)
            .minIdle(size)
            .build();
  }

  @Override
  public Object borrow() throws InterruptedException {
    return pool.acquire();
  }

  @Override
  public void giveBack(Object borrowed) {
    ((Lease<?>) borrowed).close();
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Objects implements Connector<Object> {
    @Override
    public CompletionStage<Object> connect(Liveness liveness) {
      return CompletableFuture.completedFuture(new Object());
    }

    @Override
    public CompletionStage<WireVerdict> prove(Object connection) {
      return CompletableFuture.completedFuture(new WireVerdict.Usable());
    }

    @Override
    public void close(Object connection, CloseReason reason) {}
  }
}
