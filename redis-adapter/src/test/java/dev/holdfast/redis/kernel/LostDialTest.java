package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.metrics.HoldfastMeter;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.ConnectTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** New connections over a path that loses SYNs, is slow, or leads nowhere. */
@KernelLab
final class LostDialTest {

  private static final Duration LETTUCES = Duration.ofSeconds(10);

  @Test
  void mustDialAgainWhenHalfOfAllSynsAreLost(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (Connects connects = new Connects(Dial.ROUTED, redis.port(), Connects.direct(), LETTUCES)) {
      connects.times(1).startAgain();
      // the first connect may be dialled twice where the machine is late
      double before = connects.meter(HoldfastMeter.REDIALS.meterName(), RedialReason.SILENCE);
      network.dropSynRandomly(50);
      connects.times(Connects.COUNT).print("half of all SYNs lost");
      network.heal();
      assertThat(connects.failures()).isEmpty();
      assertThat(connects.redials(RedialReason.SILENCE)).isPositive();
      assertThat(connects.meter(HoldfastMeter.REDIALS.meterName(), RedialReason.SILENCE))
          .isEqualTo(before + connects.redials(RedialReason.SILENCE));
      Await.until("no dial is left", KernelBed.SOON, () -> Connects.dialling() == 0);
    }
  }

  @Test
  void mustDialAgainWhenTheAnswerIsLost(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (Connects connects = new Connects(Dial.ROUTED, redis.port(), Connects.direct(), LETTUCES)) {
      connects.times(1).startAgain();
      network.dropSynAckRandomly(50);
      connects.times(Connects.COUNT).print("half of all SYN-ACKs lost");
      network.heal();
      assertThat(connects.failures()).isEmpty();
      assertThat(connects.redials(RedialReason.SILENCE)).isPositive();
    }
  }

  /**
   * The kernel sends its SYN from the same port again and again; half of the bare client's fail.
   */
  @Test
  void mustLeaveABadPathOfSeveral(Network network) throws Exception {
    RedisServer redis = network.redis();
    Duration timeout = Duration.ofSeconds(3);
    try (Connects connects = new Connects(Dial.ROUTED, redis.port(), Connects.direct(), timeout)) {
      connects.times(1).startAgain();
      network.dropSynPinned();
      int wanted = 3 * Connects.COUNT;
      int most = wanted / 5;
      for (int i = 0; i < wanted && connects.failures().size() <= most; i++) {
        connects.times(1);
      }
      connects.print("half of the source ports lost, timeout 3 s");
      network.heal();
      // Six dials leave 1.6 %, a late machine 4 %: more than 12 of 60 once in a million times.
      assertThat(connects.failures().size()).isLessThanOrEqualTo(most);
      assertThat(connects.redials(RedialReason.SILENCE)).isPositive();
    }
  }

  @Test
  void mustRedialAReconnect(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (Connects connects = new Connects(Dial.ROUTED, redis.port(), Connects.direct(), LETTUCES);
        StatefulRedisConnection<String, String> connection = connects.client().connect()) {
      network.dropSynRandomly(50);
      connects.startAgain();
      int wanted = Math.max(10, Connects.COUNT / 4);
      // Until a SYN was lost, which 40 reconnects miss once in a million million times.
      for (int i = 1;
          i <= wanted || (i <= 40 && network.count(RouterCounter.SYN_DROPPED) == 0);
          i++) {
        redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        int reconnects = i;
        Await.until("reconnected", KernelBed.SOON, () -> connects.reports().size() >= reconnects);
        assertThat(connection.sync().ping()).isEqualTo("PONG");
      }
      connects.print("reconnects, half of all SYNs lost");
      assertThat(connects.redials(RedialReason.SILENCE)).isPositive();
    }
  }

  /**
   * What is remembered may be wrong: the path was fast a moment ago. Where it is not corrected each
   * connect is dialled twice; where the machine is late, some are.
   */
  @Test
  void mustReachASlowPathAndLearnItsRoundTrip(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (Connects connects =
        new Connects(Dial.ROUTED, redis.port(), Connects.direct(), Duration.ofSeconds(3))) {
      network.delay(Duration.ofMillis(1));
      connects.times(1).startAgain();
      network.delay(Duration.ofMillis(200));
      connects.times(1).print("round trip 2 ms, then 400 ms, timeout 3 s");
      assertThat(connects.failures()).isEmpty();
      assertThat(connects.reports()).isNotEmpty();
      connects.startAgain();
      for (int i = 0; i < 30 && dialledOnce(connects) < 5; i++) {
        connects.times(1);
      }
      connects.print("round trip 400 ms, timeout 3 s");
      assertThat(connects.failures()).isEmpty();
      assertThat(dialledOnce(connects)).isGreaterThanOrEqualTo(5);
    }
  }

  private static long dialledOnce(Connects connects) {
    return connects.reports().stream().filter(report -> report.dials() == 1).count();
  }

  @Test
  void mustFailAtTheUsersTimeoutWithTheClientsExceptionAndLeaveNothing(Network network)
      throws Exception {
    RedisServer redis = network.redis();
    try (Connects connects =
        new Connects(Dial.ROUTED, redis.port(), Connects.direct(), Duration.ofSeconds(2))) {
      connects.times(4).startAgain(); // every event loop has its own descriptors
      long before = Connects.descriptors();
      network.blackhole();
      connects.times(2).print("dead host, timeout 2 s");
      assertThat(connects.failures())
          .hasSize(2)
          .allSatisfy(
              failure ->
                  assertThat(failure)
                      .hasRootCauseInstanceOf(ConnectTimeoutException.class)
                      .hasRootCauseMessage(
                          "connection timed out after 2000 ms: /%s:%d",
                          Dial.ROUTED.address(), redis.port()));
      assertThat(connects.reports())
          .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(ConnectOutcome.TIMED_OUT))
          .allSatisfy(report -> assertThat(report.dials()).isGreaterThan(1))
          .isNotEmpty();
      Await.until("no dial is left", KernelBed.SOON, () -> Connects.dialling() == 0);
      Await.until("no descriptor", KernelBed.SOON, () -> Connects.descriptors() <= before);
    }
  }
}
