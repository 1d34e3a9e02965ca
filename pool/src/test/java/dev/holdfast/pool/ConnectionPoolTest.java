package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a pool promises its borrowers, on one thread with its time and order of events in hand. */
final class ConnectionPoolTest {

  private static final Duration SHORT = Duration.ofMillis(500);

  @Test
  void mustLendTheConnectionThatWasReturned() {
    PoolBed bed = new PoolBed(1, pool -> pool);
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    bed.release(lease);
    assertThat(bed.acquire().connection()).isSameAs(first);
    assertThat(bed.server.all()).hasSize(1);
  }

  @Test
  void mustNotOpenMoreThanMaxSizeAndServeInOrder() {
    PoolBed bed = new PoolBed(2, pool -> pool.maxSize(2));
    Lease<Connection> one = bed.acquire();
    Lease<Connection> two = bed.acquire();
    CompletableFuture<Lease<Connection>> third = bed.await(SHORT);
    CompletableFuture<Lease<Connection>> fourth = bed.await(SHORT);
    assertThat(bed.server.all()).hasSize(2);
    bed.release(one);
    assertThat(third).isCompleted();
    assertThat(fourth).isNotDone();
    bed.release(two);
    assertThat(fourth).isCompleted();
  }

  @Test
  void mustSayWhatThePoolWasBusyWithWhenTheTimeIsOver() {
    PoolBed bed = new PoolBed(3, pool -> pool.maxSize(1));
    bed.acquire();
    CompletableFuture<Lease<Connection>> late = bed.await(SHORT);
    bed.world.pass(SHORT.minusMillis(1));
    assertThat(late).isNotDone();
    bed.world.pass(Duration.ofMillis(1));
    bed.world.settle();
    assertThat(PoolBed.failure(late))
        .isInstanceOf(AcquireTimeoutException.class)
        .hasMessageContaining("pool bed: no connection within 500 ms")
        .hasMessageContaining(
            "total 1 of 1 (active 1, idle 0, connecting 0, proving 0), waiting 0");
    assertThat(bed.count("holdfast.pool.refused", "reason", "timeout")).isEqualTo(1);
  }

  @Test
  void mustTellTheLastConnectFailureInTheTimeout() {
    PoolBed bed = new PoolBed(4, pool -> pool);
    bed.server.connects = Mood.REFUSES;
    CompletableFuture<Lease<Connection>> late = bed.await(SHORT);
    bed.world.pass(SHORT);
    bed.world.settle();
    assertThat(PoolBed.failure(late))
        .hasMessageContaining("last connect: java.io.IOException: refused");
  }

  @Test
  void mustBackOffAfterFailuresAndComeBackByItself() {
    PoolBed bed = new PoolBed(5, pool -> pool);
    bed.server.connects = Mood.REFUSES;
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofMinutes(10));
    bed.world.pass(Duration.ofMinutes(1));
    assertThat(bed.count("holdfast.pool.connects", "result", "failed")).isBetween(8.0, 24.0);
    bed.server.connects = Mood.ANSWERS;
    bed.world.pass(Duration.ofSeconds(20));
    assertThat(waiter).isCompleted();
  }

  @Test
  void mustGiveUpADialThatHangsAndCloseItsConnectionIfItComesLate() {
    PoolBed bed = new PoolBed(6, pool -> pool.maxSize(1).connectTimeout(Duration.ofSeconds(2)));
    bed.server.connects = Mood.SILENT;
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofSeconds(30));
    bed.server.connects = Mood.ANSWERS;
    bed.world.pass(Duration.ofSeconds(4));
    assertThat(waiter).isCompleted();
    assertThat(bed.server.silent.get(0)).isCancelled();
    assertThat(bed.pool.state().total()).isEqualTo(1);
  }

  @Test
  void mustRefuseASecondReturn() {
    PoolBed bed = new PoolBed(12, pool -> pool);
    Lease<Connection> lease = bed.acquire();
    lease.close();
    assertThatIllegalStateException()
        .isThrownBy(lease::close)
        .withMessageContaining("pool bed: lease 1 was returned before; the connection is idle");
    Lease<Connection> next = bed.acquire();
    assertThatIllegalStateException().isThrownBy(lease::close);
    assertThatIllegalStateException().isThrownBy(lease::connection);
    assertThat(next.connection()).isNotNull();
  }

  @Test
  void mustRefuseEveryUseAfterReturnWithExactLeases() {
    PoolBed bed = new PoolBed(13, PoolBuilder::exactLeases);
    Lease<Connection> stale = bed.acquire();
    stale.close();
    for (int i = 0; i < 3 * Slot.HANDLES; i++) {
      Lease<Connection> lease = bed.acquire();
      assertThatIllegalStateException().isThrownBy(stale::connection);
      lease.close();
    }
  }

  @Test
  void mustCloseADiscardedConnection() {
    PoolBed bed = new PoolBed(14, pool -> pool);
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    lease.discard();
    bed.world.settle();
    assertThat(first.reason).isEqualTo(CloseReason.DISCARDED);
    assertThatIllegalStateException().isThrownBy(lease::close);
  }

  @Test
  void mustLeaveTheLineWhenCancelled() {
    PoolBed bed = new PoolBed(21, pool -> pool.maxSize(1));
    Lease<Connection> lease = bed.acquire();
    CompletableFuture<Lease<Connection>> cancelled = bed.await(SHORT);
    CompletableFuture<Lease<Connection>> next = bed.await(SHORT);
    lease.close(); // wakes the first, which is cancelled before it looks
    cancelled.cancel(false);
    bed.world.settle();
    assertThat(next).isCompleted();
  }

  @Test
  void mustRefuseToWaitInAFullLine() {
    PoolBed bed = new PoolBed(22, pool -> pool.maxSize(1).maxWaiters(1));
    bed.acquire();
    bed.await(SHORT);
    assertThat(PoolBed.failure(bed.await(SHORT)))
        .isInstanceOf(TooManyWaitersException.class)
        .hasMessageContaining("1 callers wait already");
  }

  @Test
  void mustReportALeakOnceWithItsBorrower() {
    PoolBed bed = new PoolBed(28, pool -> pool.leakDetection(Duration.ofSeconds(30), 1));
    Lease<Connection> lease = bed.acquire();
    bed.world.pass(Duration.ofSeconds(29));
    assertThat(leaks(bed)).isZero();
    bed.world.pass(Duration.ofMinutes(5));
    assertThat(leaks(bed)).isEqualTo(1);
    bed.release(lease);
    bed.acquire();
    bed.world.pass(Duration.ofMinutes(1));
    assertThat(leaks(bed)).isEqualTo(2);
  }

  private static double leaks(PoolBed bed) {
    return bed.registry.find("holdfast.pool.leaks").counters().stream()
        .mapToDouble(one -> one.count())
        .sum();
  }
}
