package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whose a place is, and until when. */
final class PoolPlacesTest {

  @Test
  void mustKeepThePlaceOfAConnectionUntilItIsClosed() {
    PoolBed bed = new PoolBed(51, pool -> pool.maxSize(2));
    for (int i = 0; i < 10; i++) {
      Lease<Connection> first = bed.acquire();
      Lease<Connection> second = bed.acquire();
      first.discard();
      second.discard(); // their closes are now tasks of a slow executor
      CompletableFuture<Lease<Connection>> next = bed.pool.acquireAsync();
      assertThat(bed.pool.state().closing()).isEqualTo(2);
      assertThat(bed.server.open()).isEqualTo(2);
      while (bed.world.step()) {
        assertThat(bed.server.open()).as("physically open").isLessThanOrEqualTo(2);
      }
      next.join().close();
    }
  }

  /** As an operator misconfigures it: a filter of a gate of one's own that throws once. */
  @Test
  void mustLendAgainAfterAGateThrewOnce() {
    boolean[] thrown = new boolean[1];
    PoolBed bed =
        new PoolBed(
            52,
            pool ->
                pool.maxSize(1)
                    .gate(
                        (remote, timeout) -> {
                          if (!thrown[0]) {
                            thrown[0] = true;
                            throw new LinkageError("a class of the gate is missing");
                          }
                          return dev.holdfast.gate.ConnectGate.open().admit(remote, timeout);
                        },
                        InetSocketAddress.createUnresolved("server", 1)));
    CompletableFuture<Lease<Connection>> waiting = bed.await(Duration.ofSeconds(3));
    assertThat(bed.pool.state().connecting()).isZero();
    bed.world.pass(Duration.ofSeconds(2));
    assertThat(waiting).isCompleted();
  }

  @Test
  void mustWithdrawTheDeclarationOfAPoolWithAFaultyRegistry() {
    UsageRegistry usages = new UsageRegistry();
    SimpleMeterRegistry faulty = new SimpleMeterRegistry();
    faulty
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                throw new IllegalStateException("a filter that throws");
              }
            });
    PoolBed bed = new PoolBed(53, pool -> pool.meters(faulty).endpoint("server:1", usages));
    bed.acquire().close();
    bed.pool.close();
    usages.declare("server:1", Usage.SHORT_LIVED).close();
  }

  @Test
  void mustHaveItsCountersAtZeroAndItsNameInATagOfItsOwn() {
    PoolBed bed = new PoolBed(54, pool -> pool.maxSize(3));
    for (String meter : List.of("closed", "refused", "connects", "proofs", "leaks")) {
      assertThat(bed.registry.get("holdfast.pool." + meter).tag("pool", "bed").counters())
          .as(meter)
          .isNotEmpty()
          .allMatch(counter -> counter.count() == 0);
    }
    assertThat(bed.registry.get("holdfast.pool.max").tag("pool", "bed").gauge().value())
        .isEqualTo(3);
    assertThat(bed.registry.find("holdfast.pool.connections").tag("state", "max").gauge()).isNull();
  }

  @Test
  void mustBeReadTogetherWithThePoolsOfItsNameUntilTheLastIsClosed() {
    PoolBed bed = new PoolBed(55, pool -> pool.maxSize(3));
    PoolBed same = new PoolBed(56, pool -> pool.maxSize(4).meters(bed.registry));
    bed.acquire().close();
    same.acquire().close();
    same.acquire().close();
    assertThat(read(bed, "max").gauge().value()).isEqualTo(7);
    assertThat(read(bed, "lent").functionCounter().count()).isEqualTo(3);
    bed.pool.close();
    bed.pool.close();
    same.acquire().close();
    assertThat(read(bed, "max").gauge().value()).isEqualTo(4);
    assertThat(read(bed, "lent").functionCounter().count()).as("never less").isEqualTo(4);
    assertThat(read(bed, "use").functionTimer().count()).isEqualTo(4);
    same.pool.close();
    for (String meter : List.of("max", "connections", "waiting", "lent", "use")) {
      assertThat(bed.registry.find("holdfast.pool." + meter).meters()).as(meter).isEmpty();
    }
  }

  private static RequiredSearch read(PoolBed bed, String meter) {
    return bed.registry.get("holdfast.pool." + meter).tag("pool", "bed");
  }

  @Test
  void mustTellWhyNothingWasLentInACopyThatCameBySerialization() throws Exception {
    PoolBed bed = new PoolBed(57, pool -> pool.maxSize(1));
    bed.acquire();
    CompletableFuture<?> late = bed.await(Duration.ofSeconds(1));
    bed.world.pass(Duration.ofSeconds(2));
    AcquireTimeoutException timeout = (AcquireTimeoutException) PoolBed.failure(late);
    assertThat(copy(timeout).state()).isEqualTo(timeout.state());
    InvalidPoolSettingsException refused =
        new InvalidPoolSettingsException("bed", List.of("one", "two"));
    assertThat(copy(refused).problems()).containsExactly("one", "two");
  }

  @SuppressWarnings("unchecked")
  private static <T> T copy(T one) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(one);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  @Test
  void mustNotWaitForLessThanNoTimeAtAll() {
    PoolBed bed = new PoolBed(58, pool -> pool.maxSize(1));
    bed.acquire();
    assertThatThrownBy(() -> bed.pool.acquire(Duration.ofSeconds(Long.MIN_VALUE)))
        .isInstanceOf(AcquireTimeoutException.class);
  }

  @Test
  void mustNameTheNullItWasGiven() {
    PoolBuilder<Connection> builder = ConnectionPool.builder(new FakeServer(), PoolBed.plan());
    assertNamed(() -> builder.name(nothing()), "pool");
    assertNamed(() -> builder.acquireTimeout(nothing()), "timeout");
    assertNamed(() -> builder.executor(nothing()), "threads");
    assertNamed(() -> builder.meters(nothing()), "to");
    assertNamed(() -> builder.backOff(nothing()), "waits");
    assertNamed(() -> ConnectionPool.builder(nothing(), PoolBed.plan()), "connector");
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals", "NullableProblems"})
  private static <T> T nothing() {
    return null;
  }

  private static void assertNamed(Runnable call, String name) {
    assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class).hasMessage(name);
  }
}
