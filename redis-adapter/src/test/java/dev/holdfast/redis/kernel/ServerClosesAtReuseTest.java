package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.SwapEvent;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Redis closes idle connections just as they are used again. It looks at each of them once a second
 * and counts idle time in whole seconds, so with {@code timeout 1} each is closed at some moment
 * between one and three seconds; calls are spread over all of them.
 */
@KernelLab
final class ServerClosesAtReuseTest {

  private static final int CONNECTIONS = 60;
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Duration FIRST_CALL = Duration.ofMillis(900);
  private static final Duration BETWEEN_CALLS = Duration.ofMillis(35);

  private record Call(String key, CompletableFuture<Long> reply) {}

  private static Call increment(
      StatefulRedisConnection<String, String> connection, String name, int number) {
    String key = name + number;
    return new Call(key, connection.async().incr(key).toCompletableFuture());
  }

  private static List<String> failures(List<Call> calls) throws InterruptedException {
    List<String> failures = new ArrayList<>();
    for (Call call : calls) {
      try {
        call.reply().get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException failed) {
        failures.add(call.key() + ": " + failed);
      }
    }
    return failures;
  }

  private static List<Long> timesRun(RedisServer redis, List<Call> calls) {
    return List.copyOf(redis.counters(calls.stream().map(Call::key).toList()).values());
  }

  /**
   * @param finOnItsWay whether the server's FIN stays on its way until all calls are made, as on a
   *     very long path, or arrives at once
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustAnswerEveryCallOnceAsTheServerCloses(boolean finOnItsWay, Network network)
      throws Exception {
    RedisServer redis = network.redis(builder -> builder);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var bare = bed.bare(CONNECTIONS);
      var guarded = bed.guarded(CONNECTIONS);
      // No limit yet: on a busy host the first would be closed before the last is open.
      if (finOnItsWay) {
        network.dropServerFin();
      }
      bare.forEach(connection -> connection.sync().ping());
      guarded.forEach(connection -> connection.sync().ping());
      redis.command("CONFIG", "SET", "timeout", String.valueOf(TIMEOUT.toSeconds()));
      Await.idle(FIRST_CALL);
      List<Call> bareCalls = new ArrayList<>();
      List<Call> calls = new ArrayList<>();
      IntStream.range(0, CONNECTIONS)
          .forEach(
              i -> {
                bareCalls.add(increment(bare.get(i), "bare", i));
                calls.add(increment(guarded.get(i), "guarded", i));
                Await.idle(BETWEEN_CALLS);
              });
      List<String> failures = failures(calls);
      List<String> bareFailures = failures(bareCalls);
      long moved = bed.swaps().stream().mapToInt(SwapEvent::moved).sum();
      Figures.print(
          "server closes at reuse, FIN " + (finOnItsWay ? "on its way" : "at once"),
          "%d calls: guarded %d failed, %d moved, %d connections given up, %.0f proved;"
              + " bare %d failed %s",
          CONNECTIONS,
          failures.size(),
          moved,
          bed.swaps().size(),
          bed.probes("answered"),
          bareFailures.size(),
          bareFailures.stream().findFirst().orElse(""));
      assertThat(failures).isEmpty();
      assertThat(timesRun(redis, calls)).containsOnly(1L);
      assertThat(bed.swaps()).allMatch(swap -> swap.ambiguous() == 0);
      assertThat(bed.swaps()).as("Redis did close some").isNotEmpty();
      if (finOnItsWay) {
        assertThat(moved).isEqualTo(bed.swaps().size());
        assertThat(bareFailures).isNotEmpty().allMatch(line -> line.contains("reset"));
      }
    }
  }
}
