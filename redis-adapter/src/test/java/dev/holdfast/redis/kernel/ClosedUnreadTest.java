package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.redis.SwapEvent;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The server closes while commands are on their way to it. Its FIN says how much it had taken in,
 * and what it had not it cannot have run, nor will it.
 */
@KernelLab
final class ClosedUnreadTest {

  private static final int CALLS = 5;

  /** Ended by the test. */
  private static final Duration UNTIL_HEALED = Duration.ofSeconds(60);

  @Test
  void mustMoveWhatTheServerHadNotTakenInWhenItClosed(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      StatefulRedisConnection<String, String> guarded = bed.guarded();
      String id = Long.toString(guarded.sync().clientId());
      assertThat(guarded.sync().incr("warm")).isEqualTo(1);
      network.muteClientFor(UNTIL_HEALED);
      List<CompletableFuture<Long>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        calls.add(guarded.async().incr("calls").toCompletableFuture());
      }
      Await.until(
          "on their way",
          KernelBed.SOON,
          () -> network.count(RouterCounter.BLACKHOLED) > 0 && redis.counter("calls") == 0);
      redis.killClients(List.of(id));
      Await.until("closed", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      network.heal();
      for (int i = 0; i < CALLS; i++) {
        assertThat(calls.get(i).get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS))
            .isEqualTo(i + 1);
      }
      SwapEvent swap = bed.swaps().get(0);
      Figures.print("closed with commands on their way", "%s", swap);
      assertThat(swap.cause()).isEqualTo(Cause.PEER_CLOSED);
      assertThat(swap.moved()).isPositive();
      assertThat(swap.ambiguous()).isZero();
      assertThat(swap.toString()).doesNotContain("may have run");
      assertThat(redis.counter("calls")).isEqualTo(CALLS);
    }
  }

  /** Of a transaction that reached the server without its end nothing has run. */
  @Test
  void mustNotCallATransactionAmbiguousWhoseEndNeverArrived(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      StatefulRedisConnection<String, String> guarded = bed.guarded();
      String id = Long.toString(guarded.sync().clientId());
      guarded.sync().multi();
      guarded.async().incr("inside");
      Await.until(
          "queued", KernelBed.SOON, () -> redis.command("CLIENT", "LIST").contains("multi=1"));
      network.muteClientFor(UNTIL_HEALED);
      var exec = guarded.async().exec().toCompletableFuture();
      Await.until("on its way", KernelBed.SOON, () -> network.count(RouterCounter.BLACKHOLED) > 0);
      redis.killClients(List.of(id));
      Await.until("closed", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      network.heal();
      assertThat(exec.handle((result, failure) -> failure).get(10, TimeUnit.SECONDS)).isNotNull();
      SwapEvent swap = bed.swaps().get(0);
      assertThat(swap.ambiguous()).isZero();
      assertThat(swap.notExecuted()).isPositive();
      assertThat(redis.counter("inside")).isZero();
    }
  }
}
