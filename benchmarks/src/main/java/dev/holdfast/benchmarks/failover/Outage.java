package dev.holdfast.benchmarks.failover;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A server that reads every call and dies of it: what does it cost, in requests for each call? */
public final class Outage {

  private static final Duration CALL = Duration.ofMillis(500);

  /**
   * What one client sent.
   *
   * @param calls of its callers while the server was ill
   * @param requests that the server read for them
   * @param backMillis until every caller had an answer once it was well again; a call more where
   *     one had none within its timeout
   */
  public record Seen(long calls, long requests, long backMillis) {

    /**
     * How often a call was sent, on average.
     *
     * @return 1 where none was repeated
     */
    public double requestsPerCall() {
      return (double) requests / Math.max(1, calls);
    }
  }

  /** One client and its callers. */
  private static final class Side implements AutoCloseable {
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicBoolean ill = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final ScriptedServer server = new ScriptedServer(this::answer);
    private final List<Thread> callers = new ArrayList<>();
    private volatile long wellAt;
    private final AtomicLong lastBackAt = new AtomicLong();

    Side(RedisSide clients, boolean guarded, int count) throws Exception {
      RedisClient client =
          clients.client(guarded, RedisSide.to(server.port()).withTimeout(CALL).build());
      for (int i = 0; i < count; i++) {
        RedisCommands<String, String> connection = client.connect().sync();
        callers.add(new Thread(() -> call(connection), "caller"));
      }
    }

    private @Nullable String answer(List<String> words) {
      if (!words.get(0).equals("GET")) {
        return "+OK";
      }
      if (ill.get()) {
        requests.incrementAndGet();
        return null;
      }
      return "$-1";
    }

    private void call(RedisCommands<String, String> connection) {
      boolean answered = false;
      while (!(answered && over.get())) {
        boolean counts = ill.get();
        try {
          calls.addAndGet(counts ? 1 : 0);
          connection.get("key");
          answered = over.get();
        } catch (RedisException failed) {
          answered = false;
        }
      }
      lastBackAt.accumulateAndGet(System.nanoTime(), Math::max);
    }

    Seen seen() throws InterruptedException {
      for (Thread caller : callers) {
        caller.join(Trial.LIMIT.toMillis());
      }
      long back = TimeUnit.NANOSECONDS.toMillis(lastBackAt.get() - wellAt);
      return new Seen(calls.get(), requests.get(), back);
    }

    @Override
    public void close() throws Exception {
      server.close();
    }
  }

  private Outage() {}

  /**
   * Bare and guarded, side by side.
   *
   * @param connections of each client, each with one caller
   * @param lasts how long the server is ill
   * @return bare, then guarded
   */
  static List<Seen> of(int connections, Duration lasts) throws Exception {
    try (RedisSide clients = new RedisSide();
        Side bare = new Side(clients, false, connections);
        Side guarded = new Side(clients, true, connections)) {
      List<Side> sides = List.of(bare, guarded);
      for (Side side : sides) {
        side.ill.set(true);
        side.callers.forEach(Thread::start);
      }
      TimeUnit.NANOSECONDS.sleep(lasts.toNanos());
      for (Side side : sides) {
        side.wellAt = System.nanoTime();
        side.ill.set(false);
        side.over.set(true);
      }
      return List.of(bare.seen(), guarded.seen());
    }
  }
}
