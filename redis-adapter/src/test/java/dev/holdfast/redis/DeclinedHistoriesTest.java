package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random bursts on one connection, to a server that declines some of them for a while and ends the
 * connection now and then, against what it says that it ran: each call once or not at all, in the
 * order of the calls, answered with what the server said when it ran it; and a call that is told as
 * declined was declined behind which a later one ran. The seeds are fixed, and nothing is asserted
 * that a draw could miss.
 */
final class DeclinedHistoriesTest {

  private static final int PROGRAMS = 60;
  private static final int BURSTS = 6;
  private static final int MOST_CALLS = 12;

  private static final List<String> MOODS =
      List.of(
          "-LOADING Redis is loading the dataset in memory",
          "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
          "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
          "-CLUSTERDOWN The cluster is down");

  private final ClientResources resources =
      DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();

  /** What the server ran, in its order, and what it declined. */
  private final List<Integer> ran = Collections.synchronizedList(new ArrayList<>());

  private final List<Integer> writes = Collections.synchronizedList(new ArrayList<>());
  private final Set<Integer> declined = Collections.synchronizedSet(new HashSet<>());
  private volatile String mood = MOODS.get(0);
  private volatile int toDecline;

  @AfterEach
  void stop() throws Exception {
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }

  /** {@code SETRANGE k <id> v} answers with its number, {@code GETRANGE k <id> 0} with the same. */
  private synchronized String answer(List<String> words) {
    String name = words.get(0);
    if (!name.equals("SETRANGE") && !name.equals("GETRANGE")) {
      return ScriptedRedis.plain(name);
    }
    int id = Integer.parseInt(words.get(2));
    if (toDecline > 0) {
      toDecline--;
      declined.add(id);
      return mood;
    }
    ran.add(id);
    if (name.equals("SETRANGE")) {
      writes.add(id);
    }
    return name.equals("SETRANGE") ? ":" + id : "$" + String.valueOf(id).length() + "\r\n" + id;
  }

  private record Call(int id, RedisFuture<?> answer) {}

  @Test
  void mustRunEachCallOnceInOrderWhateverIsDeclined() throws Exception {
    play(false);
  }

  /** A call that was on its way then may be lost, which its caller is told. */
  @Test
  void mustRunNoneTwiceWhereItsConnectionIsLostMeanwhile() throws Exception {
    play(true);
  }

  private void play(boolean lost) throws Exception {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      try (ScriptedRedis redis = ScriptedRedis.answeringWords(this::answer)) {
        program(new Random(seed), redis, lost, "seed " + seed);
      }
    }
  }

  private void program(Random random, ScriptedRedis redis, boolean lost, String which)
      throws Exception {
    LettuceGuard guard =
        LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    RedisClient client =
        RedisClient.create(guard.install(resources), RedisURI.create("127.0.0.1", redis.port()));
    client.setOptions(guard.options(ClientOptions.create()));
    ran.clear();
    writes.clear();
    declined.clear();
    int id = 1;
    try (var connection = client.connect()) {
      for (int burst = 0; burst < BURSTS; burst++) {
        mood = MOODS.get(random.nextInt(MOODS.size()));
        toDecline = random.nextInt(4);
        List<Call> calls = new ArrayList<>();
        int many = 1 + random.nextInt(MOST_CALLS);
        for (int i = 0; i < many; i++) {
          calls.add(call(connection.async(), id++, random.nextBoolean()));
        }
        if (lost && random.nextBoolean()) {
          redis.reset();
        }
        check(calls, lost, which);
      }
    } finally {
      client.shutdown(Duration.ZERO, Duration.ZERO);
      guard.close();
    }
    assertThat(writes).as(which).doesNotHaveDuplicates();
    if (!lost) {
      assertThat(ran).as(which).doesNotHaveDuplicates().isSorted();
    }
  }

  private static Call call(RedisAsyncCommands<String, String> commands, int id, boolean write) {
    return new Call(id, write ? commands.setrange("k", id, "v") : commands.getrange("k", id, 0));
  }

  private void check(List<Call> calls, boolean lost, String which) throws Exception {
    Map<Integer, Throwable> failures = new HashMap<>();
    for (Call call : calls) {
      Throwable failure =
          call.answer()
              .toCompletableFuture()
              .handle(
                  (answer, thrown) -> {
                    if (thrown == null) {
                      assertThat(String.valueOf(answer)).as(which).isEqualTo("" + call.id());
                    }
                    return thrown;
                  })
              .get(30, TimeUnit.SECONDS);
      if (failure != null) {
        failures.put(call.id(), failure);
      }
    }
    int last = calls.get(calls.size() - 1).id();
    failures.forEach(
        (id, failure) -> {
          boolean unknown = AmbiguousOutcomeException.in(failure).isPresent();
          assertThat(unknown && !lost).as(which).isFalse();
          if (!unknown) {
            assertThat(declined).as(which).contains(id);
          }
          if (!lost) {
            assertThat(ran).as(which).doesNotContain(id);
            assertThat(ran.stream().anyMatch(other -> other > id && other <= last))
                .as("%s: one sent later ran", which)
                .isTrue();
          }
        });
    for (Call call : calls) {
      if (!failures.containsKey(call.id())) {
        assertThat(ran).as(which).contains(call.id());
      }
    }
  }
}
