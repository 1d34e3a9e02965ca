package dev.holdfast.benchmarks.failover;

import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server announces that it is left within four seconds, the next one answers after one and a
 * half, and then the old one ends its connections. A call succeeds at the next.
 */
final class MaintenanceScene implements Scene {

  private static final Duration CALL = Duration.ofSeconds(10);
  private static final Duration COMES_UP = Duration.ofMillis(1500);
  private static final Duration ANNOUNCED = Duration.ofSeconds(4);

  private final Runs runs = new Runs();
  private final Map<String, Boolean> untold = new ConcurrentHashMap<>();
  private final ScriptedServer old = new ScriptedServer(this::answerOfOld);
  private final ScriptedServer next = new ScriptedServer(this::answerOfNext);
  private final RedisSide clients = new RedisSide();
  private volatile long nextAnswersAt;

  MaintenanceScene() throws IOException {}

  private String answerOfOld(List<String> words) {
    if (!words.get(0).equals("INCR")) {
      return "+OK";
    }
    String answer = runs(words.get(1), 0);
    String who = words.get(1).substring(0, words.get(1).indexOf('/'));
    return untold.remove(who) == null
        ? answer
        : answer
            + "\r\n"
            + ScriptedServer.push(
                "MOVING", "1", String.valueOf(ANNOUNCED.toSeconds()), "127.0.0.1:" + next.port());
  }

  private String answerOfNext(List<String> words) {
    long left = nextAnswersAt - System.nanoTime();
    sleep(left);
    return words.get(0).equals("INCR") ? runs(words.get(1), 1) : "+OK";
  }

  private String runs(String id, int server) {
    runs.request(id);
    return ":" + server;
  }

  private static void sleep(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Caller caller(boolean guarded) {
    RedisCommands<String, String> calls =
        clients
            .client(guarded, RedisSide.to(old.port()).withTimeout(CALL).build())
            .connect()
            .sync();
    String key = Runs.key(guarded) + "/";
    return id -> calls.incr(key + id) == 1;
  }

  @Override
  public @Nullable Map<String, Long> ran(boolean guarded) {
    return runs.requests(guarded);
  }

  @Override
  public void happens(Runnable done) throws Exception {
    nextAnswersAt = System.nanoTime() + COMES_UP.toNanos();
    untold.put(Runs.key(false), true);
    untold.put(Runs.key(true), true);
    sleep(COMES_UP.toNanos());
    done.run();
    sleep(ANNOUNCED.minus(COMES_UP).toNanos());
    old.hangUp();
  }

  @Override
  public void close() throws Exception {
    clients.close();
    old.close();
    next.close();
  }
}
