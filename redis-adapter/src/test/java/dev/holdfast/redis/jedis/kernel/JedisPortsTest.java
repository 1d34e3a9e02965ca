package dev.holdfast.redis.jedis.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.gate.PortsExhaustedException;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.jedis.JedisBed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** More connections than source ports. */
@KernelLab
final class JedisPortsTest {

  private static final int FIRST_PORT = 21_000;
  private static final int PORTS = 20;

  @Test
  void mustSayWhichPortsAreExhausted(Network network) throws Exception {
    RedisServer redis = network.redis();
    network
        .client()
        .portRange(FIRST_PORT, FIRST_PORT + PORTS - 1)
        .reuseTimeWait(false)
        .rfc1337(true);
    try (JedisBed bed = new JedisBed(Dial.ROUTED.address(), redis.port(), config -> config)) {
      PooledConnectionProvider bare = bed.bare(PORTS + 1);
      assertThat(takeAll(bare)).isInstanceOf(JedisConnectionException.class);
      bare.close();
      PooledConnectionProvider guarded =
          GuardSwitch.isOff()
              ? bed.bare(PORTS + 1)
              : bed.guarded(pool -> pool.maxSize(PORTS + 1).acquireTimeout(Duration.ofSeconds(5)));
      Throwable told = takeAll(guarded);
      assertThat(told).isInstanceOf(JedisConnectionException.class);
      assertThat(told).hasRootCauseInstanceOf(PortsExhaustedException.class);
    }
  }

  /** All ports are taken, by connections that are reset when they are closed and leave none. */
  private static Throwable takeAll(PooledConnectionProvider provider) {
    List<Connection> all = new ArrayList<>();
    try {
      return catchThrowable(
          () -> {
            for (int i = 0; i <= PORTS; i++) {
              all.add(provider.getConnection());
            }
          });
    } finally {
      all.forEach(Connection::close);
    }
  }
}
