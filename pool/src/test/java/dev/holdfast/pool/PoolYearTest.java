package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.FakeServer.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A year in the life of a pool: bursts and quiet hours, stalls, a machine that sleeps, connections
 * that die. The server closes what is idle, old or used up; the pool must not lend such a
 * connection once.
 */
final class PoolYearTest {

  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final Duration AGE = Duration.ofMinutes(45);
  private static final int REQUESTS = 1_000;

  private static final class Seen {
    private long opened;
    private long heard;
    private int requests;
  }

  @Test
  void mustNotLendAConnectionPastItsLimitsInAYear() {
    long seed = 20_261_121;
    try {
      live(seed);
    } catch (Throwable e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static void live(long seed) {
    ConnectionPlan plan =
        NetworkPath.to(
                ServerLimits.withIdleTimeout("server", IDLE)
                    .withMaxAge(AGE)
                    .withMaxRequests(REQUESTS))
            .plan();
    Map<Connection, Seen> server = new HashMap<>();
    PoolBed bed = new PoolBed(seed, plan, pool -> pool.maxSize(8).minIdle(1));
    Random random = new Random(seed);
    long lent = 0;
    long slept = 0;
    long year = Duration.ofDays(365).toMillis();
    while (bed.world.millis() + slept < year) {
      int burst = 1 + random.nextInt(6);
      for (int i = 0; i < burst; i++) {
        CompletableFuture<Lease<Connection>> future = bed.pool.acquireAsync();
        bed.world.settle();
        assertThat(future).isCompleted();
        Lease<Connection> lease = future.join();
        long now = bed.world.millis() + slept;
        Connection connection = lease.connection();
        Seen seen = server.computeIfAbsent(connection, first -> new Seen());
        if (seen.requests == 0) {
          seen.opened = Math.max(seen.opened, connection.openedMillis + connection.sleptMillis);
          seen.heard = seen.opened;
        }
        long heard = Math.max(seen.heard, connection.provedMillis);
        assertThat(now - heard).as("idle").isLessThan(IDLE.toMillis());
        assertThat(now - seen.opened).as("age").isLessThan(AGE.toMillis());
        assertThat(++seen.requests).as("requests").isLessThan(REQUESTS);
        if (random.nextInt(50) == 0) {
          connection.liveness.dead(Cause.PEER_RESET);
        }
        bed.world.pass(Duration.ofMillis(random.nextInt(20)));
        seen.heard = bed.world.millis() + slept;
        lease.close();
        lent++;
      }
      Duration quiet = Duration.ofMillis((long) (Math.pow(random.nextDouble(), 6) * 7_200_000));
      switch (random.nextInt(50)) {
        case 0 -> {
          bed.world.stall(quiet);
          bed.world.ticker().tick();
        }
        case 1 -> {
          if (quiet.toMillis() > 2_000) {
            bed.world.suspend(quiet);
            slept += quiet.toMillis();
            bed.server.sleptMillis = slept;
          }
        }
        default -> bed.world.pass(quiet);
      }
      server.keySet().removeIf(connection -> connection.closes > 0);
    }
    assertThat(lent).isGreaterThan(10_000);
    assertThat(bed.server.opened).isGreaterThan(8_000);
  }
}
