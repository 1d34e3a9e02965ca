package dev.holdfast.benchmarks.broken;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/** One caller on a connection of his own: unit after unit, a few at a time. */
final class Caller implements Runnable {

  private static final int AT_ONCE = 12;
  private static final Duration THINKS = Duration.ofMillis(2);
  private static final int MOST_WAIT_SECONDS = 10;
  static final int FIXED_KEYS = 20;

  private final String name;
  private final Random random;
  private final RedisServer server;
  private final StatefulRedisConnection<String, String> connection;
  private final RedisAsyncCommands<String, String> redis;
  private final long units;
  private final LongAdder done;
  private final List<Unit> made = new ArrayList<>();

  Caller(
      String name,
      long seed,
      RedisServer server,
      StatefulRedisConnection<String, String> connection,
      long units,
      LongAdder done) {
    this.name = name;
    this.random = new Random(seed);
    this.server = server;
    this.connection = connection;
    this.redis = connection.async();
    this.units = units;
    this.done = done;
  }

  List<Unit> made() {
    return made;
  }

  @Override
  public void run() {
    while (made.size() < units) {
      int from = made.size();
      for (int i = 1 + random.nextInt(AT_ONCE); i > 0; i--) {
        one(name + ":" + made.size());
      }
      made.subList(from, made.size()).forEach(Caller::await);
      done.add(made.size() - from);
    }
  }

  private static void await(Unit unit) {
    for (CompletableFuture<?> call : unit.calls()) {
      try {
        call.get(MOST_WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException | RuntimeException told) {
        // judged at the end
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private void one(String id) {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> made.add(increment("op:" + id));
      case 3, 4 -> pipeline(id);
      case 5 -> made.add(read("fixed:" + random.nextInt(FIXED_KEYS)));
      case 6 -> made.add(pushes("list:" + id));
      case 7, 8 -> made.add(transaction("tx:" + id, false));
      default -> made.add(watched("tx:" + id));
    }
  }

  private interface Issue {
    CompletableFuture<?> now();
  }

  private static CompletableFuture<?> issue(Issue call) {
    try {
      return call.now();
    } catch (RuntimeException thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }

  private Unit increment(String key) {
    return new Unit.Increment(key, issue(() -> redis.incr(key).toCompletableFuture()));
  }

  private Unit read(String key) {
    return new Unit.Read(key, issue(() -> redis.get(key).toCompletableFuture()));
  }

  private void pipeline(String id) {
    connection.setAutoFlushCommands(false);
    for (int i = 0; i < 5; i++) {
      made.add(increment("op:" + id + ":" + i));
    }
    connection.flushCommands();
    connection.setAutoFlushCommands(true);
  }

  private Unit pushes(String key) {
    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String number = Integer.toString(i);
      calls.add(issue(() -> redis.rpush(key, number).toCompletableFuture()));
    }
    return new Unit.Pushes(key, List.copyOf(calls));
  }

  private Unit transaction(String key, boolean mustNotRun) {
    String fixed = "fixed:" + random.nextInt(FIXED_KEYS);
    List<CompletableFuture<?>> calls = new ArrayList<>();
    calls.add(issue(() -> redis.multi().toCompletableFuture()));
    if (random.nextInt(4) == 0) {
      Await.idle(THINKS);
    }
    calls.add(issue(() -> redis.incr(key + ":a").toCompletableFuture()));
    calls.add(issue(() -> redis.get(fixed).toCompletableFuture()));
    calls.add(issue(() -> redis.incr(key + ":b").toCompletableFuture()));
    calls.add(issue(() -> redis.exec().toCompletableFuture()));
    return new Unit.Transaction(key, fixed, List.copyOf(calls), mustNotRun);
  }

  /** A transaction after WATCH; half of them meet a change of the watched key. */
  private Unit watched(String key) {
    String watched = key + ":watched";
    boolean watches;
    try {
      watches = "OK".equals(redis.watch(watched).get(MOST_WAIT_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException | RuntimeException lost) {
      watches = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    boolean changes = random.nextBoolean();
    if (changes) {
      server.command("SET", watched, "theirs");
    }
    return transaction(key, watches && changes);
  }
}
