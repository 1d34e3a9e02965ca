package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** How a pool dials: by leave of a gate, ahead of demand, at a declared endpoint. */
final class PoolDialTest {

  private static final SocketAddress REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 6379);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Gives the answers it was told to, then lets everybody pass; notes what it hears. */
  private static final class Gate implements ConnectGate {

    private final Deque<Admission> answers = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();

    @Override
    public Admission admit(SocketAddress remote, long timeoutNanos) {
      assertThat(remote).isEqualTo(REMOTE);
      assertThat(timeoutNanos).isPositive();
      heard.add("asked");
      return next();
    }

    private Admission next() {
      Admission scripted = answers.poll();
      return scripted == null ? new Admission.Go(new Noted()) : scripted;
    }

    void waitsOnce() {
      answers.add(
          new Admission.Wait(
              SECOND.toNanos(),
              new Turn() {
                @Override
                public Admission again() {
                  heard.add("again");
                  return next();
                }

                @Override
                public void leave() {
                  heard.add("left");
                }
              }));
    }

    void refusesOnce(Duration retry) {
      answers.add(new Admission.Refused(new IOException("no ports"), retry.toNanos()));
    }

    private final class Noted implements Permit {
      @Override
      public void connected() {
        heard.add("connected");
      }

      @Override
      public void failed(Throwable cause) {
        heard.add("failed " + cause.getMessage());
      }

      @Override
      public void closed(Closer who) {
        heard.add("closed " + who);
      }

      @Override
      public Admission exhausted() {
        throw new AssertionError("the pool sees no ports");
      }
    }
  }

  private final Gate gate = new Gate();

  private PoolBed gated(long seed) {
    return new PoolBed(seed, pool -> pool.maxSize(2).gate(gate, REMOTE));
  }

  @Test
  void mustAskTheGateAndTellItWhoEndedTheConnection() {
    PoolBed bed = gated(1);
    Lease<Connection> lease = bed.acquire();
    assertThat(gate.heard).containsExactly("asked", "connected");
    lease.discard();
    bed.world.settle();
    bed.acquire().connection().liveness.dead(Cause.PEER_CLOSED);
    bed.pool.close();
    assertThat(gate.heard)
        .containsExactly("asked", "connected", "closed LOCAL", "asked", "connected");
  }

  @Test
  void mustTellTheGateWhetherThePeerClosedOrReset() {
    PoolBed bed = gated(2);
    Lease<Connection> one = bed.acquire();
    Lease<Connection> two = bed.acquire();
    one.connection().liveness.dead(Cause.PEER_CLOSED);
    bed.release(one);
    two.connection().liveness.dead(Cause.PEER_RESET);
    bed.release(two);
    assertThat(gate.heard).endsWith("closed REMOTE", "closed RESET");
  }

  @Test
  void mustWaitForItsTurn() {
    gate.waitsOnce();
    PoolBed bed = gated(3);
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofSeconds(10));
    assertThat(waiter).isNotDone();
    bed.world.pass(SECOND);
    assertThat(waiter).isCompleted();
    assertThat(gate.heard).containsExactly("asked", "again", "connected");
  }

  @Test
  void mustLeaveTheGatesLineOnceThePoolIsClosed() {
    gate.waitsOnce();
    PoolBed bed = gated(4);
    bed.await(Duration.ofSeconds(10));
    bed.pool.close();
    bed.world.pass(SECOND);
    assertThat(gate.heard).containsExactly("asked", "left");
    assertThat(bed.server.all()).isEmpty();
    assertThat(bed.pool.state().total()).isZero();
  }

  @Test
  void mustNotAskAgainBeforeTheGateSaysSo() {
    Duration retry = Duration.ofSeconds(30);
    gate.refusesOnce(retry);
    PoolBed bed = gated(5);
    CompletableFuture<Lease<Connection>> waiter = bed.await(Duration.ofMinutes(1));
    bed.world.pass(retry.minusMillis(1));
    assertThat(gate.heard).containsExactly("asked");
    bed.world.pass(SECOND);
    assertThat(waiter).isCompleted();
  }

  @Test
  void mustTellTheGateOfADialThatFailedOrWasGivenUp() {
    PoolBed bed = gated(6);
    bed.server.connects = Mood.REFUSES;
    bed.await(SECOND);
    assertThat(gate.heard).startsWith("asked", "failed refused");
    bed.server.connects = Mood.SILENT;
    bed.world.pass(Duration.ofSeconds(30));
    assertThat(gate.heard).contains("failed not connected within 10000 ms");
  }

  @Test
  void mustFailADialWhoseConnectorThrows() {
    PoolBed bed = new PoolBed(7, pool -> pool);
    bed.server.connects = Mood.THROWS;
    CompletableFuture<Lease<Connection>> waiter = bed.await(SECOND);
    bed.world.pass(SECOND);
    bed.world.settle();
    assertThat(waiter).isCompletedExceptionally();
    assertThat(bed.count("holdfast.pool.connects", "result", "failed")).isPositive();
    assertThat(bed.pool.state().total()).isZero();
  }

  @Test
  void mustOpenOneMoreOnRequestUpToItsSize() {
    PoolBed bed = new PoolBed(8, pool -> pool.maxSize(2));
    CompletableFuture<Boolean> one = bed.pool.add();
    CompletableFuture<Boolean> two = bed.pool.add();
    bed.world.settle();
    assertThat(one).isCompletedWithValue(true);
    assertThat(two).isCompletedWithValue(true);
    assertThat(bed.pool.add()).isCompletedWithValue(false);
    assertThat(bed.pool.state().idle()).isEqualTo(2);
  }

  @Test
  void mustFailAnAdditionAsItsConnectFailed() {
    PoolBed bed = new PoolBed(9, pool -> pool);
    bed.server.connects = Mood.REFUSES;
    CompletableFuture<Boolean> added = bed.pool.add();
    bed.world.settle();
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(added::join)
        .withCauseInstanceOf(IOException.class);
    bed.pool.close();
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> bed.pool.add().join())
        .withCauseInstanceOf(PoolClosedException.class);
  }

  @Test
  void mustCloseOnlyWhatIsIdle() {
    PoolBed bed = new PoolBed(10, pool -> pool.maxSize(2));
    Lease<Connection> out = bed.acquire();
    bed.release(bed.acquire());
    bed.pool.retireIdle();
    bed.world.settle();
    assertThat(bed.pool.state().idle()).isZero();
    assertThat(bed.count("holdfast.pool.closed", "reason", "refreshed")).isEqualTo(1);
    bed.release(out);
    assertThat(bed.pool.state().idle()).isEqualTo(1);
  }

  @Test
  void mustDeclareItsEndpointForLongLivedUseWhileItIsOpen() {
    UsageRegistry registry = new UsageRegistry();
    PoolBed bed = new PoolBed(11, pool -> pool.endpoint("redis:6379", registry));
    assertThatExceptionOfType(MixedUsageException.class)
        .isThrownBy(() -> registry.declare("redis:6379", Usage.SHORT_LIVED));
    bed.pool.close();
    registry.declare("redis:6379", Usage.SHORT_LIVED).close();
  }

  @Test
  void mustNotBeBuiltForAnEndpointOfShortLivedUse() {
    UsageRegistry registry = new UsageRegistry();
    registry.declare("redis:6379", Usage.SHORT_LIVED);
    assertThatExceptionOfType(MixedUsageException.class)
        .isThrownBy(() -> new PoolBed(12, pool -> pool.endpoint("redis:6379", registry)));
  }

  private static double failedProofsAfterOneDidNotAnswer(ConnectionPlan plan) {
    PoolBed bed = new PoolBed(13, plan, pool -> pool.maxSize(3));
    List<Lease<Connection>> leases = List.of(bed.acquire(), bed.acquire(), bed.acquire());
    bed.release(leases.get(0));
    bed.release(leases.get(1));
    bed.world.pass(SECOND.dividedBy(2)); // held for longer it would count as idle since it was lent
    bed.release(leases.get(2));
    bed.server.proofs = Mood.REFUSES;
    bed.server.all().get(0).liveness.suspect();
    bed.world.settle();
    return bed.count("holdfast.pool.proofs", "result", "failed");
  }

  @Test
  void mustProveThoseIdleAsLongWhereThePathForgetsInSilence() {
    ConnectionPlan silent =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
            .through(
                Hop.named("middlebox")
                    .idleLimit(Duration.ofMinutes(5))
                    .clock(IdleClock.ANY_SEGMENT)
                    .expiry(Expiry.SILENT)
                    .build())
            .plan();
    assertThat(failedProofsAfterOneDidNotAnswer(silent)).as("not the one used later").isEqualTo(2);
    assertThat(failedProofsAfterOneDidNotAnswer(PoolBed.plan())).as("it says FIN").isEqualTo(1);
  }
}
