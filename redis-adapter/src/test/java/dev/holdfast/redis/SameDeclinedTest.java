package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.DecliningProxy.Mood;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random uses of one connection to a server that is in a mood now and then, and ends the connection
 * with some of them: batches, transactions, scripts, blocking commands, messages. Guarded, they
 * come to what they come to bare with a server that is well; with the guard's opt-out, to what they
 * come to bare with the same moods. A transaction is told what its server says in any case. The
 * seeds are fixed, and what is drawn does not depend on how fast anything is.
 */
final class SameDeclinedTest {

  private static final int PROGRAMS = 15;
  private static final int USES = 8;
  private static final int MOST_CALLS = 5;

  private static final List<String> MOODS =
      List.of(
          "-LOADING Redis is loading the dataset in memory",
          "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
          "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
          "-CLUSTERDOWN The cluster is down");

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private enum Kind {
    BATCH,
    TRANSACTION,
    SCRIPT,
    BLOCKING,
    MESSAGE
  }

  /**
   * One use.
   *
   * @param seed of its calls
   * @param calls how many
   * @param mood the server is in meanwhile
   * @param answers that it gives in it, beyond one for each call
   */
  private record Use(Kind kind, long seed, int calls, Mood mood, int answers) {}

  private static List<Use> program(Random random) {
    List<Use> uses = new ArrayList<>();
    for (int i = 0; i < USES; i++) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      boolean hangsUp = kind != Kind.TRANSACTION && random.nextBoolean();
      Mood mood = new Mood(MOODS.get(random.nextInt(MOODS.size())), hangsUp);
      int calls =
          kind == Kind.BATCH || kind == Kind.TRANSACTION ? 1 + random.nextInt(MOST_CALLS) : 1;
      uses.add(new Use(kind, random.nextLong(), calls, mood, random.nextInt(3)));
    }
    return uses;
  }

  /** One client, and what comes of a program that it runs. */
  private static final class Side implements AutoCloseable {
    private final RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
    private final DecliningProxy proxy = new DecliningProxy(redis.port());
    private final String own;
    private final boolean allMoods;
    private final StatefulRedisConnection<String, String> connection;
    private final StatefulRedisPubSubConnection<String, String> listening;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<String> came = new ArrayList<>();
    private int number;
    private int connects;

    /**
     * @param own the first part of all its keys
     * @param client made by the bed
     * @param allMoods whether the server has moods outside transactions too
     */
    Side(String own, Function<RedisBed, RedisClient> client, boolean allMoods) throws Exception {
      this.own = own + ":";
      this.allMoods = allMoods;
      RedisClient made = client.apply(bed);
      RedisURI uri =
          RedisURI.builder()
              .withHost("127.0.0.1")
              .withPort(proxy.port())
              .withTimeout(Duration.ofSeconds(30))
              .build();
      connection = made.connect(uri);
      listening = made.connectPubSub(uri);
      listening.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              messages.add(message);
            }
          });
      listening.sync().subscribe(this.own);
      connects = proxy.accepted();
    }

    void run(List<Use> program) throws Exception {
      for (Use use : program) {
        boolean inMood = allMoods || use.kind() == Kind.TRANSACTION;
        if (inMood) {
          proxy.falls(use.mood(), answers(use));
        }
        List<RedisFuture<?>> calls = calls(use, new Random(use.seed()), own + number++ + ":");
        for (RedisFuture<?> call : calls) {
          came.add(use.kind() + " " + outcome(call));
        }
        proxy.isWell();
        awaitConnection();
      }
      Await.until("messages have come", RedisBed.SOON, () -> messages.size() >= published());
    }

    private int answers(Use use) {
      int least = use.kind() == Kind.BLOCKING ? 2 : use.calls();
      return least + use.answers();
    }

    private List<RedisFuture<?>> calls(Use use, Random random, String key) {
      RedisAsyncCommands<String, String> to = connection.async();
      List<RedisFuture<?>> calls = new ArrayList<>();
      switch (use.kind()) {
        case BATCH -> batch(calls, use, random, key);
        case TRANSACTION -> {
          calls.add(to.multi());
          batch(calls, use, random, key);
          calls.add(to.exec());
        }
        case SCRIPT ->
            calls.add(
                to.eval(
                    "return redis.call('incr', KEYS[1])",
                    ScriptOutputType.INTEGER,
                    key + "script"));
        case BLOCKING -> {
          calls.add(to.rpush(key + "queue", "a", "b"));
          calls.add(to.blpop(5, key + "queue"));
        }
        case MESSAGE -> calls.add(to.publish(own, String.valueOf(number)));
      }
      return calls;
    }

    private void batch(List<RedisFuture<?>> calls, Use use, Random random, String key) {
      RedisAsyncCommands<String, String> to = connection.async();
      for (int i = 0; i < use.calls(); i++) {
        calls.add(
            switch (random.nextInt(6)) {
              case 0 -> to.incr(key + "n");
              case 1 -> to.append(key + "text", String.valueOf(i));
              case 2 -> to.rpush(key + "list", String.valueOf(i));
              case 3 -> to.set(key + "value", String.valueOf(i));
              case 4 -> to.get(key + "value");
              default -> to.lrange(key + "list", 0, -1);
            });
      }
    }

    private String outcome(RedisFuture<?> call) throws Exception {
      try {
        Object answer = call.toCompletableFuture().get(30, TimeUnit.SECONDS);
        String text =
            answer instanceof TransactionResult result
                ? result.wasDiscarded() + " " + result.stream().toList()
                : String.valueOf(answer);
        return text.replace(own, "");
      } catch (ExecutionException failed) {
        Throwable cause = failed.getCause();
        return cause == null ? failed.toString() : cause.toString();
      }
    }

    /** A connection that its server has ended is replaced before the next use. */
    private void awaitConnection() {
      Await.until("it is connected", RedisBed.SOON, () -> connection.sync().ping().equals("PONG"));
      assertThat(proxy.accepted()).isGreaterThanOrEqualTo(connects);
      connects = proxy.accepted();
    }

    private long published() {
      return came.stream().filter(each -> each.equals(Kind.MESSAGE + " 1")).count();
    }

    /** All that the program has left behind. */
    List<String> state() {
      List<String> all = new ArrayList<>();
      for (String key : redis.command("KEYS", own + "*").lines().sorted().toList()) {
        String value =
            redis.command("TYPE", key).strip().equals("list")
                ? redis.command("LRANGE", key, "0", "-1")
                : redis.command("GET", key);
        all.add(key.substring(own.length()) + "=" + value.replace('\n', ','));
      }
      return all;
    }

    @Override
    public void close() throws Exception {
      bed.close();
      proxy.close();
    }
  }

  private static RedisClient guarded(RedisBed bed, Duration patience) {
    return bed.guarded(
        LettuceGuard.custom(RedisBed.direct())
            .meterRegistry(bed.meters())
            .declinedPatience(patience)
            .build(),
        ClientOptions.create(),
        bed.viaMiddlebox());
  }

  private static void same(Side one, Side other, List<Use> program, String which) throws Exception {
    redis.command("FLUSHALL");
    one.run(program);
    other.run(program);
    assertThat(other.came).as(which).isEqualTo(one.came);
    assertThat(other.state()).as(which).isEqualTo(one.state());
    assertThat(other.messages).as(which).isEqualTo(one.messages);
  }

  @Test
  void mustComeToWhatTheyComeToBareOnceTheServerIsWell() throws Exception {
    int declined = 0;
    for (int seed = 0; seed < PROGRAMS; seed++) {
      try (Side bare = new Side("bare", RedisBed::bare, false);
          Side guarded = new Side("guarded", bed -> guarded(bed, Duration.ofSeconds(60)), true)) {
        same(bare, guarded, program(new Random(seed)), "seed " + seed);
        declined += guarded.proxy.declined() - bare.proxy.declined();
      }
    }
    assertThat(declined).isGreaterThan(PROGRAMS);
  }

  @Test
  void mustComeToWhatTheyComeToBareWhereTheCallerWantsToHearOfMoods() throws Exception {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      try (Side bare = new Side("bare", RedisBed::bare, true);
          Side guarded = new Side("guarded", bed -> guarded(bed, Duration.ZERO), true)) {
        same(bare, guarded, program(new Random(seed)), "seed " + seed);
        assertThat(guarded.proxy.declined()).isEqualTo(bare.proxy.declined());
      }
    }
  }
}
