package dev.holdfast.benchmarks.soak;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.ObjectPool;

/** What the threads of the Lettuce clients do. */
final class RedisWork {

  /** A caller's own patience: a little longer than the client's. */
  private static final long PATIENCE_SECONDS = RedisSide.TIMEOUT.toSeconds() + 2;

  private static final int BATCH = 5;

  private RedisWork() {}

  /** Increments, sets and gets on the connection all threads share. */
  static Worker.Step shared(
      Caller caller, StatefulRedisConnection<String, String> connection, String name) {
    RedisCommands<String, String> commands = connection.sync();
    return number -> {
      String id = name + ":" + number;
      boolean incremented = increment(caller, commands, id);
      return own(caller, commands, name, number) && incremented;
    };
  }

  /** Appends batches of numbers to one list without waiting in between. */
  static Worker.Step appending(
      Caller caller, StatefulRedisConnection<String, String> connection, Client client) {
    return number -> {
      long began = System.nanoTime();
      List<String> values = new ArrayList<>();
      List<RedisFuture<Long>> sent = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        String value = Long.toString(number * BATCH + i);
        values.add(value);
        sent.add(connection.async().rpush(client.list(), value));
      }
      boolean answered = true;
      for (int i = 0; i < BATCH; i++) {
        RedisFuture<Long> reply = sent.get(i);
        answered &=
            caller.call(
                Work.APPEND,
                values.get(i),
                began,
                () -> reply.get(PATIENCE_SECONDS, TimeUnit.SECONDS) > 0);
      }
      return answered;
    };
  }

  /** Borrows for each call, in turn for an increment, a transaction, and a value of its own. */
  static Worker.Step pooled(
      Caller caller, ObjectPool<StatefulRedisConnection<String, String>> pool, String name) {
    return number -> {
      String id = name + ":" + number;
      return switch ((int) (number % 3)) {
        case 0 ->
            caller.call(
                Work.INCREMENT,
                id,
                () -> lent(pool, commands -> commands.incr(ServerCount.incrementKey(id)) >= 1));
        case 1 -> caller.call(Work.TRANSACTION, id, () -> lent(pool, c -> transaction(c, id)));
        default -> caller.call(Work.PLAIN, "", () -> lent(pool, c -> setAndGet(c, name, number)));
      };
    };
  }

  private static boolean increment(Caller caller, RedisCommands<String, String> commands, String id)
      throws InterruptedException {
    return caller.call(Work.INCREMENT, id, () -> commands.incr(ServerCount.incrementKey(id)) >= 1);
  }

  private static boolean own(
      Caller caller, RedisCommands<String, String> commands, String name, long number)
      throws InterruptedException {
    return caller.call(Work.PLAIN, "", () -> setAndGet(commands, name, number));
  }

  /** The value may be an earlier one if a SET failed, but never another's. */
  private static boolean setAndGet(
      RedisCommands<String, String> commands, String name, long number) {
    String key = "own:" + name;
    boolean set = "OK".equals(commands.set(key, key + "=" + number));
    String value = commands.get(key);
    return set && value != null && value.startsWith(key + "=");
  }

  private static boolean transaction(RedisCommands<String, String> commands, String id) {
    commands.multi();
    commands.incr(ServerCount.firstKey(id));
    commands.incr(ServerCount.secondKey(id));
    TransactionResult result = commands.exec();
    if (result.wasDiscarded() || result.size() != 2) {
      throw new IllegalStateException("EXEC returned " + result.size() + " results");
    }
    return Objects.equals(result.get(0), result.get(1));
  }

  @FunctionalInterface
  private interface Use {
    boolean with(RedisCommands<String, String> commands);
  }

  /** As the pool's documentation has it: what failed on it is not lent again. */
  private static boolean lent(ObjectPool<StatefulRedisConnection<String, String>> pool, Use use)
      throws Exception {
    StatefulRedisConnection<String, String> connection = pool.borrowObject();
    boolean fit = false;
    try {
      boolean own = use.with(connection.sync());
      fit = true;
      return own;
    } finally {
      if (fit) {
        pool.returnObject(connection);
      } else {
        pool.invalidateObject(connection);
      }
    }
  }
}
