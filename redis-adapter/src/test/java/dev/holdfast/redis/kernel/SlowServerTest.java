package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.NeedsTcpInfo;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server stopped for three seconds behind a path that works. */
@KernelLab
final class SlowServerTest {

  @NeedsTcpInfo
  @Test
  void mustWaitForASlowServerOnAnIdleConnection(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guarded();
      Await.idle(Duration.ofMillis(1_200));
      redis.freeze();
      var increment = guarded.async().incr("slow").toCompletableFuture();
      Await.idle(KernelBed.HANG);
      assertThat(increment).isNotDone();
      redis.thaw();
      assertThat(increment.get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(1);
      Figures.print(
          "slow server",
          "%d swaps, probes answered %.0f",
          bed.swaps().size(),
          bed.probes("answered"));
      assertThat(bed.swaps()).isEmpty();
      assertThat(bed.probes("answered")).as("the guard did ask").isEqualTo(1);
      assertThat(redis.counter("slow")).isEqualTo(1);
    }
  }
}
