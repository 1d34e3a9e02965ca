package dev.holdfast.redis.jedis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.jedis.JedisBed;
import dev.holdfast.redis.kernel.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** A balancer whose list of servers is stale. */
@KernelLab(servers = 2)
final class JedisBalancedTest {

  /** A balancer that chooses at random spares the bare client once in a million million times. */
  private static final int CONNECTS = 40;

  private static NetworkPath balanced() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
        .through(Hop.named("balancer").idleLimit(Duration.ofHours(1)).balances(true).build());
  }

  private static PooledConnectionProvider guarded(JedisBed bed) {
    return GuardSwitch.isOff()
        ? bed.bare(CONNECTS)
        : bed.guarded(
            bed.guard(balanced().plan(), builder -> builder), pool -> pool.maxSize(CONNECTS));
  }

  /** Borrows as many connections as there can be. */
  private static List<String> failures(PooledConnectionProvider provider) {
    List<Connection> all = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < CONNECTS; i++) {
      try {
        all.add(provider.getConnection());
      } catch (JedisException refused) {
        failures.add(refused.toString());
      }
    }
    all.forEach(Connection::close);
    return failures;
  }

  private static void mustPass(String what, RedisServer redis) throws Exception {
    try (JedisBed bed = new JedisBed(Dial.VIRTUAL.address(), redis.port(), config -> config)) {
      List<String> bare = failures(bed.bare(CONNECTS));
      List<String> guarded = failures(guarded(bed));
      Figures.print(
          "Jedis, " + what,
          "%d of %d connects failed bare, %d guarded",
          bare.size(),
          CONNECTS,
          guarded.size());
      assertThat(bare).isNotEmpty();
      assertThat(guarded).isEmpty();
    }
  }

  @Test
  void mustPassAServerThatRefuses(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.balance();
    mustPass("one server of two refuses", redis);
  }

  @Test
  void mustPassAServerOfAnotherProtocol(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.nginx(1, options -> options.port(redis.port()));
    network.balance();
    mustPass("one server of two is an nginx", redis);
  }
}
