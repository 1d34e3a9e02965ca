package dev.holdfast.benchmarks.pool;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Lease;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireVerdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/** Holdfast's pool as it is used: an idle limit, a lifetime, the state word, the wait line. */
final class HoldfastContender implements Contender {

  private static final List<String> EVENTS =
      Stream.of(
              "Connect",
              "Refuse",
              "Redial",
              "Hold",
              "Probe",
              "Condemn",
              "Ambiguous",
              "Lend",
              "Retire")
          .map("dev.holdfast."::concat)
          .toList();

  private static final long LARGEST_RECORDING = 50_000_000;

  private final ConnectionPool<Object> pool;
  private @Nullable Recording recording;

  /** Without a meter registry of its own, so that Micrometer's global one has nothing to do. */
  static HoldfastContender plain(int size) {
    return new HoldfastContender(size, Metrics.globalRegistry);
  }

  /** With every meter in a registry that counts. */
  static HoldfastContender metered(int size) {
    return new HoldfastContender(size, new SimpleMeterRegistry());
  }

  /** The same, while the Flight Recorder records every event of Holdfast's, each lease too. */
  static HoldfastContender recorded(int size) {
    HoldfastContender contender = metered(size);
    Recording all = new Recording();
    EVENTS.forEach(all::enable);
    all.setMaxSize(LARGEST_RECORDING);
    all.start();
    contender.recording = all;
    return contender;
  }

  private HoldfastContender(int size, MeterRegistry registry) {
    pool =
        ConnectionPool.builder(
                new Objects(),
                NetworkPath.to(ServerLimits.withIdleTimeout("server", Duration.ofMinutes(5)))
                    .plan())
            .meters(registry)
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
    if (recording != null) {
      recording.close();
    }
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
