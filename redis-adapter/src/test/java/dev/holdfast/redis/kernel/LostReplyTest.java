package dev.holdfast.redis.kernel;

import static dev.holdfast.redis.kernel.Figures.millisSince;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The server has executed the request, its reply is lost, and then the router fails over to one
 * that does not know the flow and resets it. Nothing the client can see tells this from a request
 * that never arrived.
 */
@KernelLab
final class LostReplyTest {

  @Test
  void mustNotSendAgainWhatRanAndWasNotAnswered(Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTER, redis.port())) {
      var bare = bed.bare();
      var guarded = bed.guardedUnproved();
      network.dropReplies();
      bare.async().get("greeting"); // the call that a reset fails
      var bareIncrement = bare.async().incr("bare").toCompletableFuture();
      var increment = guarded.async().incr("guarded").toCompletableFuture();
      var read = guarded.async().get("greeting").toCompletableFuture();
      Await.until(
          "both ran",
          KernelBed.SOON,
          () -> redis.counter("bare") == 1 && redis.counter("guarded") == 1);
      assertThat(increment).isNotDone();
      network.forgetAll();
      network.heal();
      long began = System.nanoTime();
      bare.async().get("greeting"); // meets the reset
      assertThatThrownBy(() -> increment.get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS))
          .matches(thrown -> AmbiguousOutcomeException.in(thrown).isPresent());
      long reported = millisSince(began);
      assertThat(read.get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo("hello");
      long bareAnswer = bareIncrement.get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS);
      Figures.print(
          "reply lost after execution",
          "ambiguous %d ms after the failover, %s; bare INCR answered %d, one call; %d replies"
              + " lost",
          reported,
          bed.swaps(),
          bareAnswer,
          network.count(RouterCounter.REPLY_DROPPED));
      assertThat(bareAnswer).as("the bare client sends it again").isEqualTo(2);
      assertThat(redis.counter("guarded")).isEqualTo(1);
      assertThat(bed.swaps()).hasSize(1);
      assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.PEER_RESET);
      assertThat(bed.swaps().get(0).ambiguous()).isEqualTo(1);
      assertThat(bed.swaps().get(0).replayed()).isEqualTo(1);
    }
  }
}
