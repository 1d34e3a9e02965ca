package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import dev.holdfast.wire.WireVerdict;
import io.micrometer.core.instrument.FunctionTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which connections a pool lends and which it proves, replaces and retires. */
final class LentConnectionsTest {

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

  /** Not the connections but their server, or the path to it, is silent. */
  @Test
  void mustCloseNoneWhileTheServerAnswersNobody() {
    PoolBed bed = new PoolBed(41, pool -> pool.maxSize(4).minIdle(4));
    bed.server.proofs = Mood.SILENT;
    bed.server.answersOthers = false;
    awaitProof(bed);
    bed.world.pass(Duration.ofSeconds(5));
    assertThat(bed.server.open()).isEqualTo(4);
    assertThat(bed.server.opened).isEqualTo(4);
    bed.server.proofs = Mood.ANSWERS;
    bed.server.unanswered.forEach(proof -> proof.complete(new WireVerdict.Usable()));
    bed.world.settle();
    assertThat(bed.pool.state().idle()).isEqualTo(4);
    assertThat(bed.server.opened).isEqualTo(4);
  }

  @Test
  void mustNotWaitForASecondOpinionForEver() {
    PoolBed bed = new PoolBed(43, pool -> pool.maxSize(1).minIdle(1));
    bed.server.proofs = Mood.SILENT;
    bed.server.opinionHangs = true;
    awaitProof(bed);
    bed.server.proofs = Mood.ANSWERS;
    bed.world.pass(PoolBed.plan().userTimeout().plusSeconds(30));
    assertThat(bed.server.all().get(0).reason).isEqualTo(CloseReason.UNPROVED);
    bed.acquire().close();
  }

  private static void awaitProof(PoolBed bed) {
    for (int second = 0; bed.server.unanswered.isEmpty() && second < 600; second++) {
      bed.world.pass(Duration.ofSeconds(1));
    }
    assertThat(bed.server.unanswered).isNotEmpty();
  }

  @Test
  void mustCloseOneThatIsSilentWhileTheServerAnswersOthers() {
    PoolBed bed = new PoolBed(42, pool -> pool.maxSize(1).minIdle(1));
    bed.server.proofs = Mood.SILENT;
    bed.server.answersOthers = false;
    awaitProof(bed);
    bed.world.pass(Duration.ofSeconds(5));
    assertThat(bed.server.open()).isEqualTo(1);
    bed.server.answersOthers = true;
    bed.server.proofs = Mood.ANSWERS;
    bed.world.pass(Duration.ofSeconds(1));
    assertThat(bed.server.all().get(0).reason).isEqualTo(CloseReason.UNPROVED);
    assertThat(bed.pool.state().idle()).isEqualTo(1);
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

  /** Of many short uses and a few long ones, also by connections that are closed since. */
  @Test
  void mustTellHowLongConnectionsWereInUseAndHowLongTheyTookToOpen() {
    PoolBed bed = new PoolBed(12, pool -> pool.maxSize(1));
    for (int i = 0; i < 4; i++) {
      Lease<Connection> lease = bed.acquire();
      bed.world.pass(Duration.ofMillis(500));
      if (i == 2) {
        lease.connection().liveness.dead(Cause.PEER_RESET);
      }
      bed.release(lease);
      bed.world.pass(Duration.ofMillis(100));
    }
    FunctionTimer use = bed.registry.get("holdfast.pool.use").functionTimer();
    assertThat(use.count()).isEqualTo(4);
    assertThat(use.totalTime(TimeUnit.MILLISECONDS)).isBetween(1_900.0, 2_100.0);
    assertThat(bed.registry.get("holdfast.pool.create").timer().count()).isEqualTo(2);
  }

  /** A registry holds what function counters read only weakly. */
  @Test
  void mustCountOnAfterACollection() {
    PoolBed bed = new PoolBed(13, pool -> pool);
    bed.release(bed.acquire());
    WeakReference<Object> sentinel = new WeakReference<>(new Object());
    for (int i = 0; i < 100 && sentinel.get() != null; i++) {
      System.gc();
    }
    bed.release(bed.acquire());
    assertThat(bed.registry.get("holdfast.pool.lent").functionCounter().count()).isEqualTo(2);
    assertThat(bed.registry.get("holdfast.pool.use").functionTimer().count()).isEqualTo(2);
  }
}
