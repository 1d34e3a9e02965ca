package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that its name has left is left, and nothing in flight is cut. */
final class NameMovedTest {

  private static final int IN_FLIGHT = 50;

  private static RedisServer redis;

  private RedisBed bed;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void open() {
    redis.command("FLUSHALL");
    bed = new RedisBed(redis, Forgetting.SILENCE);
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  private static RedisURI named() {
    return RedisURI.builder()
        .withHost("localhost")
        .withPort(redis.port())
        .withTimeout(Duration.ofSeconds(30))
        .build();
  }

  private RedisClient client(LettuceGuard guard) {
    return bed.guarded(guard, ClientOptions.create(), named());
  }

  @Test
  void mustLeaveUnderLoadWithoutCuttingACall() throws Exception {
    LettuceGuard guard = bed.guard();
    try (var connection = client(guard).connect()) {
      ArrayDeque<RedisFuture<Long>> calls = new ArrayDeque<>();
      long issued = 0;
      while (bed.swaps().isEmpty()) {
        while (calls.size() < IN_FLIGHT) {
          calls.add(connection.async().incr("n"));
          issued++;
        }
        if (issued == 20 * IN_FLIGHT) {
          guard.successors().leaveGently(InetAddress.getByName("localhost"));
        }
        assertThat(calls.remove().get(30, TimeUnit.SECONDS)).isPositive();
      }
      for (RedisFuture<Long> call : calls) {
        assertThat(call.get(30, TimeUnit.SECONDS)).isPositive();
      }
      assertThat(redis.counters(List.of("n"))).isEqualTo(Map.of("n", issued));
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.DEMOTED);
      assertThat(bed.swaps().get(0).ambiguous()).isZero();
    }
  }

  @Test
  void mustCutNeitherATransactionNorABlockingCommand() throws Exception {
    LettuceGuard guard = bed.guard();
    RedisClient client = client(guard);
    try (var transaction = client.connect();
        var blocked = client.connect();
        var idle = client.connect()) {
      transaction.sync().multi();
      transaction.sync().incr("n");
      RedisFuture<KeyValue<String, String>> pop = blocked.async().blpop(30, "list");
      assertThat(idle.sync().ping()).isEqualTo("PONG");
      guard.successors().leaveGently(InetAddress.getByName("localhost"));
      Await.until("the idle one has left", RedisBed.SOON, () -> bed.swaps().size() == 1);
      transaction.sync().incr("n");
      assertThat(transaction.sync().exec().<Long>get(1)).isEqualTo(2);
      Await.until("and then that one", RedisBed.SOON, () -> bed.swaps().size() == 2);
      redis.command("RPUSH", "list", "value");
      assertThat(pop.get(30, TimeUnit.SECONDS).getValue()).isEqualTo("value");
      assertThat(transaction.sync().incr("n")).isEqualTo(3);
    }
  }

  @Test
  void mustWatchNamesUntilItIsClosed() {
    Set<Thread> others = lookers(); // one of a test before may still be ending
    LettuceGuard guard = bed.guard(as -> as.nameLookUp(Duration.ofMillis(50)));
    try (var connection = client(guard).connect()) {
      assertThat(connection.sync().ping()).isEqualTo("PONG");
      Await.until("it is looked up", RedisBed.SOON, () -> !others.containsAll(lookers()));
      Await.idle(Duration.ofMillis(300));
      assertThat(bed.swaps()).as("it leads where it did").isEmpty();
    }
    guard.close();
    Await.until("no thread is left", RedisBed.SOON, () -> others.containsAll(lookers()));
  }

  private static Set<Thread> lookers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("holdfast-names"))
        .collect(Collectors.toSet());
  }
}
