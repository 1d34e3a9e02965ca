package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.args.ListDirection;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * On a healthy path nobody can tell that the guard is there: random programs have the same answers,
 * errors, commands and data bare and guarded.
 */
final class SameJedisTest {

  private static final int STEPS = 150;

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  /** What can be seen of one run: answers in order, commands by count, the data at the end. */
  private record Seen(List<String> answers, Map<String, Long> commands, List<String> data) {}

  /** One program, decided by its seed alone. */
  private static final class Program {

    private final Random random;
    private final UnifiedJedis client;
    private final PooledConnectionProvider provider;
    private final List<String> answers = new ArrayList<>();

    Program(long seed, UnifiedJedis client, PooledConnectionProvider provider) {
      this.random = new Random(seed);
      this.client = client;
      this.provider = provider;
    }

    List<String> run() {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      return answers;
    }

    private String key() {
      return "key" + random.nextInt(6);
    }

    private void note(Callable<?> step) {
      try {
        answers.add(text(step.call()));
      } catch (Exception thrown) {
        answers.add(thrown.getClass().getName() + ": " + thrown.getMessage());
      }
    }

    private static String text(@Nullable Object answer) {
      if (answer instanceof byte[] bytes) {
        return Arrays.toString(bytes);
      }
      if (answer instanceof List<?> list) {
        return list.stream().map(Program::text).toList().toString();
      }
      return String.valueOf(answer);
    }

    @SuppressWarnings("deprecation") // what users have
    private void step() {
      String key = key();
      String other = key();
      int number = random.nextInt(100);
      switch (random.nextInt(22)) {
        case 0 -> note(() -> client.set(key, "v" + number));
        case 1 -> note(() -> client.set(key, "v", SetParams.setParams().nx()));
        case 2, 3 -> note(() -> client.incr(key));
        case 4 -> note(() -> client.get(key));
        case 5 -> note(() -> client.mget(key, other));
        case 6 -> note(() -> client.lpush(key, "a" + number, "b"));
        case 7 -> note(() -> client.rpop(key));
        case 8 -> note(() -> client.hset(key, Map.of("f" + number % 3, "v" + number)));
        case 9 -> note(() -> client.zadd(key, number, "m" + number % 5));
        case 10 -> note(() -> client.del(key, other));
        case 11 -> note(() -> client.eval("return redis.call('incrby', KEYS[1], 2)", 1, key));
        case 12 -> note(() -> client.blpop(0.01, "absent", key));
        case 13 ->
            note(() -> client.blmove(key, other, ListDirection.LEFT, ListDirection.LEFT, 0.01));
        case 14 ->
            note(
                () ->
                    client.sendCommand(
                        () -> "ECHO".getBytes(StandardCharsets.US_ASCII), "e" + number));
        case 15 ->
            note(() -> client.sendCommand(() -> "NOSUCH".getBytes(StandardCharsets.US_ASCII), key));
        case 16 -> note(() -> client.getrange(key.getBytes(StandardCharsets.US_ASCII), 0, 3));
        case 17, 18 -> pipeline();
        case 19 -> transaction();
        case 20 -> session(key);
        default -> subscribe();
      }
    }

    private void pipeline() {
      List<Response<?>> responses = new ArrayList<>();
      try (Connection connection = provider.getConnection()) {
        Pipeline pipeline = new Pipeline(connection, false);
        int calls = 1 + random.nextInt(30);
        for (int i = 0; i < calls; i++) {
          String key = key();
          switch (random.nextInt(4)) {
            case 0 -> responses.add(pipeline.incr(key));
            case 1 -> responses.add(pipeline.set(key, "x".repeat(random.nextInt(3_000))));
            case 2 -> responses.add(pipeline.get(key));
            default -> responses.add(pipeline.llen(key));
          }
        }
        if (random.nextBoolean()) {
          note(pipeline::syncAndReturnAll);
        } else {
          pipeline.sync();
        }
      }
      responses.forEach(response -> note(response::get));
    }

    private void transaction() {
      try (Connection connection = provider.getConnection();
          Transaction transaction = new Transaction(connection, false, false)) {
        String watched = key();
        boolean watches = random.nextBoolean();
        if (watches) {
          note(() -> transaction.watch(watched));
          if (random.nextBoolean()) {
            note(() -> client.append(watched, "!"));
          }
        }
        transaction.multi();
        List<Response<?>> responses = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
          responses.add(random.nextBoolean() ? transaction.incr(key()) : transaction.get(key()));
        }
        if (random.nextInt(3) == 0) {
          note(transaction::discard);
        } else {
          note(transaction::exec);
          responses.forEach(response -> note(response::get));
        }
      }
    }

    private void session(String key) {
      try (Jedis jedis = new Jedis(provider.getConnection())) {
        note(() -> jedis.select(2));
        note(() -> jedis.incr(key));
        note(() -> jedis.watch(key));
        note(jedis::unwatch);
        note(() -> jedis.select(0));
        note(() -> jedis.clientId() > 0);
      }
    }

    private void subscribe() {
      String channel = "news" + random.nextInt(3);
      note(
          () -> {
            List<String> heard = new ArrayList<>();
            client.subscribe(
                new JedisPubSub() {
                  @Override
                  public void onSubscribe(String name, int subscriptions) {
                    heard.add("subscribed " + name);
                    client.publish(name, "hello");
                  }

                  @Override
                  public void onMessage(String name, String message) {
                    heard.add(message);
                    unsubscribe();
                  }

                  @Override
                  public void onUnsubscribe(String name, int subscriptions) {
                    heard.add("unsubscribed " + name);
                  }
                },
                channel);
            return heard;
          });
    }
  }

  private static Seen see(long seed, JedisBed bed, PooledConnectionProvider provider) {
    redis.command("FLUSHALL");
    UnifiedJedis client = bed.client(provider);
    redis.command("CONFIG", "RESETSTAT");
    List<String> answers = new Program(seed, client, provider).run();
    return new Seen(answers, commands(), data());
  }

  /** But for those of a handshake, which a connection more or less makes. */
  private static Map<String, Long> commands() {
    Map<String, Long> calls = new TreeMap<>();
    redis
        .command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_"))
        .filter(line -> !line.matches("cmdstat_(hello|client\\|set|config|info).*"))
        .forEach(
            line ->
                calls.put(
                    line.substring(8, line.indexOf(':')),
                    Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(',')))));
    return calls;
  }

  private static List<String> data() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String key = "key" + i;
      String type = redis.command("TYPE", key);
      all.add(type + redis.command("OBJECT", "ENCODING", key));
      all.add(
          switch (type) {
            case "string" -> redis.command("GET", key);
            case "list" -> redis.command("LRANGE", key, "0", "-1");
            case "hash" -> redis.command("HGETALL", key);
            case "zset" -> redis.command("ZRANGE", key, "0", "-1", "WITHSCORES");
            default -> "";
          });
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void mustBeTheSameProgram(long seed) throws Exception {
    boolean resp3 = seed % 2 == 0;
    try (JedisBed bed =
        new JedisBed(
            "127.0.0.1",
            redis.port(),
            config -> config.protocol(resp3 ? RedisProtocol.RESP3 : RedisProtocol.RESP2))) {
      Seen bare = see(seed, bed, bed.bare(3));
      JedisConnections connections = bed.guarded(3);
      Seen guarded = see(seed, bed, connections);
      assertThat(guarded.answers()).isEqualTo(bare.answers());
      assertThat(guarded.commands()).isEqualTo(bare.commands());
      assertThat(guarded.data()).isEqualTo(bare.data());
      assertThat(bare.answers().size()).isGreaterThan(STEPS);
      assertThat(connections.state().active()).isZero();
      assertThat(bed.ends()).as("connections lost").isEmpty();
      assertThat(bed.meter("holdfast.calls.ambiguous.all")).isZero();
    }
  }

  /** The data compared above is there at all. */
  @Test
  void mustCompareDataThatDiffers() throws Exception {
    redis.command("FLUSHALL");
    List<String> empty = data();
    redis.command("SET", "key1", "x");
    assertThat(data()).isNotEqualTo(empty);
  }
}
