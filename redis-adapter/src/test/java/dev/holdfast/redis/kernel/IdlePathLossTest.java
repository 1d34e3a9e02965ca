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
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.redis.NeedsTcpInfo;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection nobody uses dies, and its client is not told. The plan declares nothing of it. */
@KernelLab
final class IdlePathLossTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static long increment(
      StatefulRedisConnection<String, String> connection, String key, Duration patience)
      throws Exception {
    return connection.async().incr(key).get(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void assertMovedUnseen(
      String scenario,
      Cause cause,
      Explanation truth,
      KernelBed bed,
      RedisServer redis,
      StatefulRedisConnection<String, String> guarded)
      throws Exception {
    long began = System.nanoTime();
    assertThat(increment(guarded, "guarded", KernelBed.SOON)).isEqualTo(1);
    Figures.print(scenario, "INCR answered after %d ms, %s", millisSince(began), bed.swaps());
    assertThat(redis.counter("guarded")).isEqualTo(1);
    assertThat(bed.swaps()).hasSize(1);
    assertThat(bed.swaps().get(0).cause()).isEqualTo(cause);
    assertThat(bed.swaps().get(0).moved()).isEqualTo(1);
    assertThat(bed.diagnosis().explanations())
        .contains(truth)
        .doesNotContain(Explanation.UNREACHABLE);
    if (NeedsTcpInfo.Transport.isEpoll()) {
      assertThat(bed.diagnosis().explanations())
          .doesNotContain(Explanation.SERVER_SLOW)
          .hasSizeLessThanOrEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustMoveAnIncrementOffAForgottenFlow(Dial dial, Network network) throws Exception {
    RedisServer redis = network.redis();
    network.loose(false).idleLimit(LIMIT);
    boolean reset = dial == Dial.ROUTER;
    try (KernelBed bed = new KernelBed(dial, redis.port())) {
      var bare = bed.bare();
      var guarded = bed.guarded();
      Await.until("forgotten", KernelBed.SOON, network::hasForgottenAll);
      assertThatThrownBy(() -> increment(bare, "bare", KernelBed.HANG))
          .isInstanceOf(reset ? ExecutionException.class : TimeoutException.class);
      assertMovedUnseen(
          "forgotten while idle, " + dial,
          reset ? Cause.PEER_RESET : Cause.PING_UNANSWERED,
          reset ? Explanation.FLOW_FORGOTTEN_RESET : Explanation.FLOW_FORGOTTEN_SILENT,
          bed,
          redis,
          guarded);
    }
  }

  @Test
  void mustMoveAnIncrementOffAConnectionWhoseFinWasLost(Network network) throws Exception {
    RedisServer redis = network.redis(builder -> builder.idleTimeout(LIMIT));
    network.dropServerFin();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var bare = bed.bare();
      var guarded = bed.guarded();
      Await.until(
          "Redis has closed both connections",
          KernelBed.SOON,
          () -> !redis.command("CLIENT", "LIST", "TYPE", "normal").contains("10.77."));
      assertThat(network.count(RouterCounter.SERVER_FIN_DROPPED)).isGreaterThanOrEqualTo(2);
      assertThatThrownBy(() -> increment(bare, "bare", KernelBed.HANG))
          .hasMessageContaining("reset");
      assertMovedUnseen(
          "server closed, FIN lost", Cause.PEER_RESET, Explanation.FIN_LOST, bed, redis, guarded);
    }
  }

  /** After the first is lost, a read on its sibling is not sent at once as others are. */
  @NeedsTcpInfo
  @Test
  void mustProveASiblingIdleAsLongBeforeItCarriesEvenAReplayableCall(Network network)
      throws Exception {
    RedisServer redis = network.redis();
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      List<StatefulRedisConnection<String, String>> connections = bed.guardedPair();
      Await.idle(LIMIT);
      network.forgetAll();
      assertThat(increment(connections.get(0), "first", KernelBed.SOON)).isEqualTo(1);
      String absent =
          connections
              .get(1)
              .async()
              .get("sibling")
              .get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(absent).isNull();
      assertThat(bed.swaps()).hasSize(2);
      assertThat(bed.swaps().get(1).moved()).isEqualTo(1);
      assertThat(bed.swaps().get(1).replayed()).isZero();
    }
  }
}
