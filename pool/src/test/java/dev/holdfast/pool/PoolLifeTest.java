package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A pool that is suspended, resized, drained and closed. */
final class PoolLifeTest {

  private static final Duration SHORT = Duration.ofMillis(500);

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
    assertThat(PoolBed.failure(waiter)).isInstanceOf(PoolClosedException.class);
    assertThat(PoolBed.failure(bed.await(SHORT))).isInstanceOf(PoolClosedException.class);
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

  /** What is being dialled has nobody to go to. */
  @Test
  void mustGiveUpItsDialsWhenItIsClosed() {
    PoolBed bed = new PoolBed(27, pool -> pool);
    bed.server.connects = Mood.SILENT;
    bed.await(SHORT);
    bed.pool.close();
    assertThat(bed.server.silent.get(0)).isCancelled();
    assertThat(bed.pool.state().total()).isZero();
    bed.world.settle();
    assertThat(bed.pool.drain(SHORT)).isCompletedWithValue(List.of());
  }

  @Test
  void mustNotLeaveGaugesBehind() {
    PoolBed bed = new PoolBed(29, pool -> pool.minIdle(1));
    assertThat(bed.registry.get("holdfast.pool.connections").tag("state", "idle").gauge().value())
        .isEqualTo(1);
    bed.pool.close();
    assertThat(bed.registry.find("holdfast.pool.connections").gauges()).isEmpty();
  }
}
