package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.redis.NeedsTcpInfo;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What TCP mends by itself is no dead path. */
@KernelLab
final class ShortOutageTest {

  /**
   * Loses the first retransmission, 204 ms after the last acknowledgement, and ends long before the
   * second, at 612 ms.
   */
  private static final Duration OUTAGE = Duration.ofMillis(350);

  @NeedsTcpInfo
  @Test
  void mustKeepAConnectionThatTheSecondRetransmissionSaves(Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port());
        Callers callers = new Callers("guarded", bed.guarded())) {
      callers.awaitBusy();
      network.muteClientFor(OUTAGE);
      Await.until(
          "the outage is felt", KernelBed.SOON, () -> network.count(RouterCounter.BLACKHOLED) > 0);
      callers.awaitMore(20 * Callers.CALLERS);
      Callers.Outcome outcome = callers.stop(redis);
      Figures.print(
          "outage of " + OUTAGE.toMillis() + " ms",
          "%d swaps, longest call %d ms, %d packets lost, %s",
          bed.swaps().size(),
          outcome.longestMillis(),
          network.count(RouterCounter.BLACKHOLED),
          bed.readings());
      assertThat(bed.swaps()).isEmpty();
      assertThat(outcome.answered()).isEqualTo(outcome.increments());
      assertThat(outcome.failures()).isEmpty();
      assertThat(outcome.duplicates()).isEmpty();
      assertThat(bed.readings()).as("the guard did look").hasSize(1);
      assertThat(bed.readings().get(0).totalRetrans()).isGreaterThanOrEqualTo(2);
    }
  }
}
