package dev.holdfast.benchmarks.connect;

import dev.holdfast.connect.ConnectReport;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One contender: a Lettuce client that connects, has one command answered and closes. */
final class Client implements AutoCloseable {

  private final ClientResources resources;
  private final RedisClient client;
  private final Queue<ConnectReport> reports = new ConcurrentLinkedQueue<>();

  private Client(Difficulty difficulty, int port, boolean guarded) {
    RedisURI uri = RedisURI.create("redis://" + difficulty.address() + ":" + port);
    ClientOptions options =
        ClientOptions.builder()
            .socketOptions(SocketOptions.builder().connectTimeout(difficulty.timeout()).build())
            .build();
    ClientResources plain =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    if (guarded) {
      LettuceGuard guard =
          LettuceGuard.custom(difficulty.path().plan())
              .meterRegistry(new SimpleMeterRegistry())
              .build();
      guard.onConnect(reports::add);
      resources = guard.install(plain);
      client = RedisClient.create(resources, uri);
      client.setOptions(guard.options(options));
    } else {
      resources = plain;
      client = RedisClient.create(resources, uri);
      client.setOptions(options);
    }
  }

  static Client bare(Difficulty difficulty, int port) {
    return new Client(difficulty, port, false);
  }

  static Client guarded(Difficulty difficulty, int port) {
    return new Client(difficulty, port, true);
  }

  /** Makes the connects of several callers at once. */
  Score connect(int count, int callers) throws InterruptedException {
    reports.clear();
    Score score = new Score();
    AtomicInteger left = new AtomicInteger(count);
    Thread[] threads = new Thread[Math.min(count, callers)];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                while (left.getAndDecrement() > 0) {
                  connect(score);
                }
              });
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    score.dials(reports.stream().mapToInt(ConnectReport::dials).sum());
    return score;
  }

  private void connect(Score score) {
    long began = System.nanoTime();
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      score.connected(System.nanoTime() - began);
      connection.sync().ping();
    } catch (RedisConnectionException failure) {
      score.failed(System.nanoTime() - began, failure);
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
