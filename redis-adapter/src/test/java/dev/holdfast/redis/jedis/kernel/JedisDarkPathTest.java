package dev.holdfast.redis.jedis.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.redis.NeedsTcpInfo;
import dev.holdfast.redis.jedis.JedisBed;
import dev.holdfast.redis.kernel.Callers;
import dev.holdfast.redis.kernel.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;

/** Nothing passes in one direction for a second, and TCP mends it within the callers' timeouts. */
@KernelLab
final class JedisDarkPathTest {

  private static final Duration OUTAGE = Duration.ofSeconds(1);
  private static final Duration BEHIND_IT = Duration.ofSeconds(2);

  /** Longer than any test: a call ends by its answer, or because it was given up. */
  private static final int PATIENCE = 60_000;

  private static final int WAITING = 16;

  @BeforeEach
  void isSurvivedBareToo() {
    assumeTrue(!GuardSwitch.isOff(), "bare clients notice nothing of it");
  }

  private static JedisBed bed(RedisServer redis) {
    return new JedisBed(
        Dial.ROUTED.address(),
        redis.port(),
        config -> config.socketTimeoutMillis(PATIENCE).blockingSocketTimeoutMillis(PATIENCE));
  }

  private static void darken(Network network, boolean clientMuted) {
    if (clientMuted) {
      network.muteClientFor(OUTAGE);
    } else {
      network.muteServersFor(OUTAGE);
    }
    Await.idle(OUTAGE.plus(BEHIND_IT));
    assertThat(network.count(RouterCounter.BLACKHOLED)).isPositive();
  }

  @NeedsTcpInfo
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustLoseNoCall(boolean clientMuted, Network network) throws Exception {
    RedisServer redis = network.redis();
    redis.command("SET", "greeting", "hello");
    try (JedisBed bed = bed(redis);
        Callers callers = new Callers("guarded", bed.client(bed.guarded(Callers.CALLERS)))) {
      callers.awaitBusy();
      darken(network, clientMuted);
      callers.awaitMore(Callers.CALLERS);
      Callers.Outcome outcome = callers.stop(redis);
      Figures.print(
          "Jedis, %s not heard for 1 s".formatted(clientMuted ? "client" : "server"),
          "%s, %d given up",
          outcome.summary(),
          bed.ends().size());
      assertThat(outcome.failures()).isEmpty();
      assertThat(outcome.unclear()).isZero();
      assertThat(outcome.duplicates()).isEmpty();
      assertThat(bed.ends()).isEmpty();
    }
  }

  /**
   * Everything is acknowledged, and the server has nothing to say yet: only its kernel can be
   * asked, and it answers rarely. The calls wait since different moments, so the darkness meets the
   * questions of some of them.
   */
  @NeedsTcpInfo
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustLoseNoCallThatWaitsForAnEvent(boolean clientMuted, Network network) throws Exception {
    RedisServer redis = network.redis();
    ExecutorService threads = Executors.newFixedThreadPool(WAITING);
    try (JedisBed bed = bed(redis)) {
      UnifiedJedis client = bed.client(bed.guarded(WAITING));
      List<CompletableFuture<List<String>>> calls = new ArrayList<>();
      for (int number = 0; number < WAITING; number++) {
        String queue = "queue" + number;
        calls.add(CompletableFuture.supplyAsync(() -> client.blpop(0, queue), threads));
        Await.idle(Duration.ofSeconds(1).dividedBy(WAITING));
      }
      Await.idle(Duration.ofSeconds(1));
      darken(network, clientMuted);
      for (int number = 0; number < WAITING; number++) {
        redis.command("RPUSH", "queue" + number, "element");
      }
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
          .exceptionally(failed -> null)
          .get(JedisBed.SOON.toMillis(), TimeUnit.MILLISECONDS);
      long lost = calls.stream().filter(CompletableFuture::isCompletedExceptionally).count();
      Figures.print(
          "Jedis, %s not heard for 1 s, BLPOP".formatted(clientMuted ? "client" : "server"),
          "%d of %d lost, %d given up",
          lost,
          WAITING,
          bed.ends().size());
      assertThat(lost).isZero();
      assertThat(bed.ends()).isEmpty();
      assertThat(elementsLeft(redis)).as("taken by nobody").isZero();
    } finally {
      threads.shutdownNow();
    }
  }

  private static long elementsLeft(RedisServer redis) {
    return Stream.iterate(0, number -> number + 1)
        .limit(WAITING)
        .mapToLong(number -> Long.parseLong(redis.command("LLEN", "queue" + number)))
        .sum();
  }
}
