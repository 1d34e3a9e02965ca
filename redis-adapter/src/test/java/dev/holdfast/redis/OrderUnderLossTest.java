package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writers that never pause, on a connection that keeps breaking: every moment at which a command
 * can be caught is met, on the way to the channel, in its queues, in the kernel, in the server.
 */
final class OrderUnderLossTest {

  /** How often the connection is to break, and by when at the latest: a loaded machine is slow. */
  private static final int BREAKS = 12;

  private static final Duration LONGEST = Duration.ofSeconds(90);
  private static final int WRITERS = 8;
  private static final int OUTSTANDING = 200;

  private record Tally(int answered, int ambiguous) {}

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustAnswerInOrderAndRunNothingTwice(boolean reset) throws Exception {
    ScheduledExecutorService breaker = Executors.newSingleThreadScheduledExecutor();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.setTimeout(LONGEST); // no call ends by the client's own clock
      Runnable breaking = reset ? bed.middlebox()::resetAll : bed.middlebox()::finAll;
      breaker.scheduleWithFixedDelay(breaking, 200, 130, TimeUnit.MILLISECONDS);
      long latest = System.nanoTime() + LONGEST.toNanos();
      BooleanSupplier enough = () -> bed.swaps().size() > BREAKS || System.nanoTime() > latest;
      List<Future<List<RedisFuture<Long>>>> issued = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String key = "ordered:" + writer;
        issued.add(writers.submit(() -> issue(connection.async(), key, enough)));
      }
      for (int writer = 0; writer < WRITERS; writer++) {
        Tally tally = inOrder(issued.get(writer).get(2 * LONGEST.toSeconds(), TimeUnit.SECONDS));
        breaker.shutdownNow();
        assertThat(redis.counter("ordered:" + writer))
            .isBetween((long) tally.answered(), (long) tally.answered() + tally.ambiguous());
      }
      assertThat(bed.swaps()).hasSizeGreaterThan(BREAKS);
    } finally {
      breaker.shutdownNow();
      writers.shutdownNow();
    }
  }

  private static List<RedisFuture<Long>> issue(
      RedisAsyncCommands<String, String> commands, String key, BooleanSupplier enough)
      throws InterruptedException {
    Semaphore outstanding = new Semaphore(OUTSTANDING);
    List<RedisFuture<Long>> calls = new ArrayList<>();
    while (!enough.getAsBoolean()) {
      outstanding.acquire();
      RedisFuture<Long> call = commands.incr(key);
      call.whenComplete((reply, failed) -> outstanding.release());
      calls.add(call);
    }
    return calls;
  }

  private static Tally inOrder(List<RedisFuture<Long>> calls) throws Exception {
    long previous = 0;
    int answered = 0;
    int ambiguous = 0;
    for (RedisFuture<Long> call : calls) {
      try {
        long reply = call.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        assertThat(reply).isGreaterThan(previous);
        previous = reply;
        answered++;
      } catch (ExecutionException failed) {
        if (NotExecutedException.in(failed).isPresent()) {
          continue; // five connections in a row ended under it, as they may on a busy machine
        }
        assertThat(AmbiguousOutcomeException.in(failed)).as("%s", failed).isPresent();
        ambiguous++;
      }
    }
    return new Tally(answered, ambiguous);
  }
}
