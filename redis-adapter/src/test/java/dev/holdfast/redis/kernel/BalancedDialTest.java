package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** New connections through a balancer whose list of servers is stale. */
@KernelLab(servers = 2)
final class BalancedDialTest {

  private static final Duration LETTUCES = Duration.ofSeconds(10);

  @Test
  void mustPassAServerThatRefuses(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.balance();
    try (Connects connects =
        new Connects(Dial.VIRTUAL, redis.port(), Connects.balanced(), LETTUCES)) {
      connects.times(Connects.COUNT).print("one server of two refuses");
      assertThat(connects.failures()).isEmpty();
      assertThat(connects.redials(RedialReason.REFUSED)).isPositive();
    }
  }

  @Test
  void mustPassAServerThatRefusesAndLostSynsToo(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.balance();
    try (Connects connects =
        new Connects(Dial.VIRTUAL, redis.port(), Connects.balanced(), LETTUCES)) {
      network.dropSynRandomly(30);
      connects.times(Connects.COUNT).print("one of two refuses, 30 % of SYNs lost");
      network.heal();
      assertThat(connects.redials(RedialReason.REFUSED)).isPositive();
      assertThat(connects.redials(RedialReason.SILENCE)).isPositive();
      Await.until("no dial is left", KernelBed.SOON, () -> Connects.dialling() == 0);
    }
  }

  @Test
  void mustServeHealthyServersInOneDial(Network network) throws Exception {
    RedisServer first = network.redis();
    network.balance();
    try (RedisServer second = RedisServer.builder().on(network.host(1)).port(first.port()).start();
        Connects connects =
            new Connects(Dial.VIRTUAL, first.port(), Connects.balanced(), LETTUCES)) {
      connects.times(Connects.COUNT).print("two healthy servers");
      assertThat(connects.failures()).isEmpty();
      assertThat(connects.reports()).hasSize(Connects.COUNT);
      // Where the machine is late so is an answer, and another dial is sent; nothing else dials.
      assertThat(connects.reports())
          .allSatisfy(report -> assertThat(report.dials() - silent(report)).isEqualTo(1));
      assertThat(second.command("INFO", "stats"))
          .containsPattern("total_connections_received:\\d{2}");
    }
  }

  private static int silent(ConnectReport report) {
    return report.redials().getOrDefault(RedialReason.SILENCE, 0);
  }

  @Test
  void mustPassAServerOfAnotherProtocol(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.nginx(1, options -> options.port(redis.port()));
    network.balance();
    try (Connects connects =
        new Connects(Dial.VIRTUAL, redis.port(), Connects.balanced(), LETTUCES)) {
      connects.times(Connects.COUNT).print("one server of two is an nginx");
      assertThat(connects.failures()).isEmpty();
      assertThat(connects.redials(RedialReason.FOREIGN)).isPositive();
    }
  }
}
