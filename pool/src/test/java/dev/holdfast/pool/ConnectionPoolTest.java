package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a pool promises, on one thread with its time and order of events in hand. */
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
    assertThat(failure(late))
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
    assertThat(failure(late)).hasMessageContaining("last connect: java.io.IOException: refused");
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
  void mustNotLendAConnectionMarkedDead() {
    PoolBed bed = new PoolBed(7, pool -> pool);
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    bed.release(lease);
    first.liveness.dead(Cause.PEER_CLOSED);
    assertThat(bed.pool.tryAcquire()).isNull();
    assertThat(bed.acquire().connection()).isNotSameAs(first);
    assertThat(first.closes).isEqualTo(1);
    assertThat(bed.count("holdfast.pool.closed", "reason", "dead")).isEqualTo(1);
  }

  @Test
  void mustCloseAConnectionThatDiedOnLoanWhenItIsReturned() {
    PoolBed bed = new PoolBed(8, pool -> pool);
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    first.liveness.dead(Cause.PEER_RESET);
    bed.world.settle();
    assertThat(first.closes).isZero();
    bed.release(lease);
    assertThat(first.closes).isEqualTo(1);
    assertThat(bed.pool.state().total()).isZero();
  }

  @Test
  void mustProveASuspectBeforeItIsLent() {
    PoolBed bed = new PoolBed(9, pool -> pool.maxSize(1));
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    bed.release(lease);
    first.liveness.suspect();
    assertThat(bed.pool.tryAcquire()).isNull();
    bed.world.settle();
    assertThat(bed.server.proved).isEqualTo(1);
    assertThat(bed.acquire().connection()).isSameAs(first);
  }

  @Test
  void mustReplaceASuspectThatDoesNotAnswer() {
    PoolBed bed = new PoolBed(10, pool -> pool.maxSize(1));
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    first.liveness.suspect();
    bed.server.proofs = Mood.SILENT;
    bed.release(lease);
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofSeconds(5));
    assertThat(waiter).isNotDone();
    bed.world.pass(Duration.ofSeconds(2));
    assertThat(waiter).isCompleted();
    assertThat(first.reason).isEqualTo(CloseReason.UNPROVED);
  }

  @Test
  void mustSuspectThoseIdleAsLongAsOneThatDied() {
    PoolBed bed = new PoolBed(11, pool -> pool.maxSize(2));
    Lease<Connection> one = bed.acquire();
    Lease<Connection> two = bed.acquire();
    bed.release(one);
    bed.release(two);
    bed.pool.suspect(new Suspicion(System.nanoTime() + 1_000_000_000L, Duration.ofMinutes(1)));
    assertThat(bed.world.pending()).isZero();
    bed.pool.suspect(new Suspicion(System.nanoTime() + 1_000_000_000L, Duration.ZERO));
    bed.world.settle();
    assertThat(bed.server.proved).isEqualTo(2);
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
  void mustRetireBeforeTheServersRequestLimit() {
    PoolBed bed =
        new PoolBed(
            15,
            NetworkPath.to(ServerLimits.withoutIdleTimeout("nginx").withMaxRequests(10)).plan(),
            pool -> pool.maxSize(1));
    Lease<Connection> lease = bed.acquire();
    Connection first = lease.connection();
    lease.countRequests(5);
    bed.release(lease);
    int leases = 1;
    while (true) {
      lease = bed.acquire();
      if (lease.connection() != first) {
        break;
      }
      leases++;
      bed.release(lease);
    }
    assertThat(leases + 5).isBetween(8, 9);
    assertThat(first.reason).isEqualTo(CloseReason.REQUEST_LIMIT);
  }

  @Test
  void mustKeepTheMinimumIdleAndProvedAndLetTheRestGo() {
    PoolBed bed = new PoolBed(16, pool -> pool.maxSize(4).minIdle(2));
    assertThat(bed.pool.state().idle()).isEqualTo(2);
    List<Lease<Connection>> leases =
        List.of(bed.acquire(), bed.acquire(), bed.acquire(), bed.acquire());
    leases.forEach(bed::release);
    assertThat(bed.pool.state().idle()).isEqualTo(4);
    bed.world.pass(PoolBed.SERVER_TIMEOUT.multipliedBy(2));
    assertThat(bed.pool.state().idle()).isEqualTo(2);
    assertThat(bed.server.proved).isGreaterThanOrEqualTo(4);
    assertThat(bed.server.open()).isEqualTo(2);
    assertThat(bed.count("holdfast.pool.closed", "reason", "surplus")).isEqualTo(2);
  }

  @Test
  void mustRetireAtTheEndOfTheLifetime() {
    PoolBed bed = new PoolBed(17, pool -> pool.minIdle(1));
    Connection first = bed.server.all().get(0);
    bed.world.pass(Duration.ofMinutes(31));
    assertThat(first.reason).isEqualTo(CloseReason.LIFETIME);
    assertThat(bed.pool.state().idle()).isEqualTo(1);
  }

  @Test
  void mustNotLendWhatExpiredWhileNothingRanAndServeTheWaiter() {
    PoolBed bed = new PoolBed(18, pool -> pool.maxSize(2).minIdle(2));
    bed.world.stall(PoolBed.SERVER_TIMEOUT);
    bed.world.ticker().tick();
    assertThat(bed.pool.tryAcquire()).isNull();
    assertThat(bed.acquire().connection().number).isGreaterThanOrEqualTo(2);
  }

  @Test
  void mustCountTheTimeTheMachineSlept() {
    PoolBed bed = new PoolBed(19, pool -> pool.maxSize(2).minIdle(2));
    bed.world.suspend(PoolBed.SERVER_TIMEOUT);
    assertThat(bed.pool.tryAcquire()).isNull();
    assertThat(bed.acquire().connection().number).isGreaterThanOrEqualTo(2);
  }

  @Test
  void mustProveAConnectionThatWasHeldLongWithoutKnownTraffic() {
    PoolBed bed = new PoolBed(20, pool -> pool.maxSize(1));
    Lease<Connection> lease = bed.acquire();
    bed.world.pass(PoolBed.SERVER_TIMEOUT);
    lease.close();
    assertThat(bed.pool.tryAcquire()).isNull();
    bed.world.settle();
    assertThat(bed.server.proved).isEqualTo(1);
    lease = bed.acquire();
    bed.world.pass(PoolBed.SERVER_TIMEOUT);
    lease.connection().liveness.traffic();
    lease.close();
    assertThat(bed.pool.tryAcquire()).isNotNull();
    assertThat(bed.server.proved).isEqualTo(1);
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
    assertThat(failure(bed.await(SHORT)))
        .isInstanceOf(TooManyWaitersException.class)
        .hasMessageContaining("1 callers wait already");
  }

  @Test
  void mustLendNothingWhileSuspended() {
    PoolBed bed = new PoolBed(23, pool -> pool.maxSize(2).minIdle(1));
    bed.pool.suspend();
    assertThat(bed.pool.tryAcquire()).isNull();
    CompletableFuture<Lease<Connection>> one = bed.await(Duration.ofMinutes(1));
    CompletableFuture<Lease<Connection>> two = bed.await(Duration.ofMinutes(1));
    bed.world.pass(Duration.ofSeconds(10));
    assertThat(one).isNotDone();
    bed.pool.resume();
    bed.world.settle();
    assertThat(one).isCompleted();
    assertThat(two).isCompleted();
  }

  @Test
  void mustShrinkAndGrowWhileLent() {
    PoolBed bed = new PoolBed(24, pool -> pool.maxSize(3));
    List<Lease<Connection>> leases = List.of(bed.acquire(), bed.acquire(), bed.acquire());
    bed.pool.resize(1);
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofMinutes(1));
    leases.forEach(bed::release);
    assertThat(waiter).isCompleted();
    assertThat(bed.pool.state().total()).isEqualTo(1);
    CompletableFuture<Lease<Connection>> next = bed.await(Duration.ofMinutes(1));
    assertThat(next).isNotDone();
    bed.pool.resize(2);
    bed.world.settle();
    assertThat(next).isCompleted();
    assertThat(bed.pool.state().total()).isEqualTo(2);
  }

  @Test
  void mustDrainAndReturnWhatIsStillOut() {
    PoolBed bed = new PoolBed(25, pool -> pool.maxSize(2).leakDetection(Duration.ofHours(1), 1));
    Lease<Connection> one = bed.acquire();
    Lease<Connection> two = bed.acquire();
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofMinutes(1));
    CompletableFuture<List<OutstandingLease>> drained = bed.pool.drain(Duration.ofSeconds(5));
    bed.world.settle();
    assertThat(failure(waiter)).isInstanceOf(PoolClosedException.class);
    assertThat(failure(bed.await(SHORT))).isInstanceOf(PoolClosedException.class);
    bed.release(one);
    bed.world.pass(Duration.ofSeconds(6));
    assertThat(drained.join()).hasSize(1);
    assertThat(drained.join().get(0).borrower()).isPresent();
    bed.release(two);
    assertThat(bed.server.open()).isZero();
  }

  @Test
  void mustBeDrainedOnceAllIsReturned() {
    PoolBed bed = new PoolBed(26, pool -> pool.maxSize(2));
    Lease<Connection> lease = bed.acquire();
    CompletableFuture<List<OutstandingLease>> drained = bed.pool.drain(Duration.ofSeconds(5));
    bed.world.settle();
    assertThat(drained).isNotDone();
    bed.release(lease);
    assertThat(drained).isCompletedWithValue(List.of());
  }

  @Test
  void mustCloseAConnectionThatComesUpAfterThePoolWasClosed() {
    PoolBed bed = new PoolBed(27, pool -> pool);
    bed.server.connects = Mood.SILENT;
    bed.await(SHORT);
    bed.pool.close();
    CompletableFuture<Connection> connecting = bed.server.silent.get(0);
    connecting.complete(bed.server.open(bed.server.dialling.get(0)));
    bed.world.settle();
    assertThat(bed.server.open()).isZero();
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

  @Test
  void mustNotLeaveGaugesBehind() {
    PoolBed bed = new PoolBed(29, pool -> pool.minIdle(1));
    assertThat(bed.registry.get("holdfast.pool.connections").tag("state", "idle").gauge().value())
        .isEqualTo(1);
    bed.pool.close();
    assertThat(bed.registry.find("holdfast.pool.connections").gauges()).isEmpty();
  }

  @Test
  void mustNotDialAnEndpointThatClosesAtOnceInALoop() {
    PoolBed bed = new PoolBed(30, pool -> pool.minIdle(1));
    for (int second = 0; second < 60; second++) {
      for (Connection one : bed.server.all()) {
        one.liveness.dead(Cause.PEER_CLOSED);
      }
      bed.world.pass(Duration.ofSeconds(1));
    }
    assertThat(bed.server.all().size()).isLessThan(120);
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((value, failure) -> failure).join();
  }
}
