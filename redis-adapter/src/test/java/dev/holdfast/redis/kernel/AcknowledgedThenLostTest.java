package dev.holdfast.redis.kernel;

import static dev.holdfast.redis.kernel.Figures.millisSince;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.NeedsTcpInfo;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The server's kernel has acknowledged the request, the server executes it, and the path dies
 * before the reply: to the client's kernel everything is in order, for ever.
 */
@KernelLab
final class AcknowledgedThenLostTest {

  /** A delayed acknowledgement takes 40 ms ({@code TCP_DELACK_MIN}). */
  private static final Duration ACKNOWLEDGED = Duration.ofMillis(200);

  @NeedsTcpInfo
  @Test
  void mustFindAPathThatDiedAfterTheAcknowledgement(Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var bare = bed.bare();
      var guarded = bed.guardedUnproved();
      redis.freeze();
      var bareIncrement = bare.async().incr("bare").toCompletableFuture();
      var increment = guarded.async().incr("guarded").toCompletableFuture();
      var read = guarded.async().get("greeting").toCompletableFuture();
      Await.idle(ACKNOWLEDGED);
      network.loose(false);
      network.forgetAll();
      long began = System.nanoTime();
      redis.thaw();
      Await.until(
          "both ran",
          KernelBed.SOON,
          () -> redis.counter("bare") == 1 && redis.counter("guarded") == 1);
      Await.until("condemned", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      Figures.print(
          "path lost after the acknowledgement",
          "condemned after %d ms, %s",
          millisSince(began),
          bed.swaps().get(0));
      Await.idle(KernelBed.HANG);
      assertThat(bareIncrement).as("the bare client waits on").isNotDone();
      assertThatThrownBy(() -> increment.get(1, TimeUnit.SECONDS))
          .matches(thrown -> AmbiguousOutcomeException.in(thrown).isPresent());
      assertThat(read.get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo("hello");
      assertThat(bed.swaps()).hasSize(1);
      assertThat(bed.swaps().get(0).cause()).isIn(Cause.PROBES_UNANSWERED, Cause.KERNEL_TIMEOUT);
      assertThat(bed.diagnosis().explanations()).containsExactly(Explanation.PATH_DIED_AFTER_ACK);
      assertThat(redis.counter("guarded")).isEqualTo(1);
    }
  }
}
