package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a guard remembers of servers and connections that are gone. */
final class EndpointMemoryTest {

  private static final int FIRST = 100;
  private static final long MOST_BYTES = 2_000_000;

  private final ScriptedRedis redis = ScriptedRedis.start();
  private final ClientResources resources =
      ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();

  @AfterEach
  void stop() throws Exception {
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
    redis.close();
  }

  private RedisURI uri(int server) {
    RedisURI uri = RedisURI.create("127.7.%d.%d".formatted(server / 250, 1 + server % 250), port());
    uri.setTimeout(Duration.ofSeconds(5));
    return uri;
  }

  private int port() {
    return redis.port();
  }

  private void visit(RedisClient client, int from, int to) {
    for (int server = from; server < to; server++) {
      try (var connection = client.connect(uri(server))) {
        assertThat(connection.sync().ping()).isEqualTo("PONG");
      }
    }
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /**
   * How much the heap grows by visits to ever new servers. It may have shrunk, by what tests before
   * this one have left behind: that says nothing of the client.
   */
  private long growth(RedisClient client, int servers) {
    visit(client, 0, FIRST);
    long before = heap();
    visit(client, FIRST, FIRST + servers);
    return Math.max(0, heap() - before);
  }

  private RedisClient guarded(LettuceGuard guard) {
    RedisClient client = RedisClient.create(guard.install(resources));
    client.setOptions(guard.options(ClientOptions.create()));
    return client;
  }

  private static LettuceGuardBuilder guard() {
    return LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry());
  }

  @Test
  void mustNotGrowWithTheServersEverSeen() {
    long bare = growth(RedisClient.create(resources), 2_000);
    long guarded = growth(guarded(guard().build()), 2_000);
    assertThat(guarded).as("bare grows by %d", bare).isLessThan(bare + MOST_BYTES);
  }

  @Test
  void mustNotGrowWithTheServersWhoseUseIsDeclared() {
    LettuceGuard declared =
        guard().usage(Usage.SHORT_LIVED).usageRegistry(new UsageRegistry()).build();
    long bare = growth(RedisClient.create(resources), 800);
    long guarded = growth(guarded(declared), 800);
    assertThat(guarded).as("bare grows by %d", bare).isLessThan(bare + MOST_BYTES);
  }

  private static void mustGo(List<WeakReference<Endpoint>> closed) {
    Await.until(
        "nothing keeps them",
        Duration.ofSeconds(20),
        () -> {
          System.gc();
          return closed.stream().allMatch(one -> one.get() == null);
        });
  }

  @Test
  void mustLetGoOfClosedConnections() {
    RedisClient client = guarded(guard().build());
    List<WeakReference<Endpoint>> closed = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      try (var connection = client.connect(uri(i))) {
        closed.add(new WeakReference<>(LettuceSupport.endpointOf(connection)));
      }
    }
    mustGo(closed);
  }

  @Test
  void mustLetGoOfConnectionsThatAPoolHadLent() throws Exception {
    LettuceGuard guard = guard().build();
    RedisClient client = RedisClient.create(guard.install(resources), uri(1));
    client.setOptions(guard.options(ClientOptions.create()));
    List<WeakReference<Endpoint>> closed = new ArrayList<>();
    try (var pool = guard.pool(client).acquireTimeout(Duration.ofSeconds(10)).build()) {
      for (int i = 0; i < 20; i++) {
        var lent = pool.borrow();
        closed.add(new WeakReference<>(LettuceSupport.endpointOf(lent)));
        assertThat(lent.sync().ping()).isEqualTo("PONG");
        pool.discard(lent);
      }
      mustGo(closed);
    }
  }
}
