package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.example.shop.Callers;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Long-lived and short-lived use of one endpoint, by several guards of one process. */
final class UsageTest {

  private static RedisServer redis;

  private final UsageRegistry registry = new UsageRegistry();

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static void ping(RedisClient client) {
    try (var connection = client.connect()) {
      assertThat(connection.sync().ping()).isEqualTo("PONG");
    }
  }

  private static RedisClient client(RedisBed bed, String host, LettuceGuardBuilder settings) {
    RedisURI uri = RedisURI.create(host, redis.port());
    uri.setTimeout(Duration.ofSeconds(5));
    return bed.guarded(settings.meterRegistry(bed.meters()).build(), ClientOptions.create(), uri);
  }

  private LettuceGuardBuilder guard() {
    return LettuceGuard.custom(RedisBed.direct()).usageRegistry(registry);
  }

  /** With the registry of the process; for one test only, for it is withdrawn late. */
  private static LettuceGuardBuilder shared() {
    return LettuceGuard.custom(RedisBed.direct());
  }

  private static long served() {
    return redis
        .command("INFO", "stats")
        .lines()
        .filter(line -> line.startsWith("total_connections_received:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .sum();
  }

  @Test
  void mustRefuseTheOtherUseBeforeItReachesTheServer() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var orders = Callers.orders(() -> shared().usage(Usage.LONG_LIVED));
      var reports = Callers.reports(() -> shared().usage(Usage.SHORT_LIVED));
      ping(client(bed, "127.0.0.1", orders));
      RedisClient refused = client(bed, "127.0.0.1", reports);
      long before = served();
      Throwable thrown = catchThrowable(refused::connect);
      assertThat(served() - before).as("but those that count").isLessThanOrEqualTo(1);
      assertThat(thrown)
          .hasRootCauseInstanceOf(MixedUsageException.class)
          .rootCause()
          .hasMessageStartingWith(
              "127.0.0.1:%d is declared long-lived at com.example.shop.Callers.orders("
                  .formatted(redis.port()))
          .hasMessageContaining("short-lived use is refused at com.example.shop.Callers.reports(");
    }
  }

  @Test
  void mustTakeTheNameAsTheUserWroteIt() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      ping(client(bed, "localhost", guard().usage(Usage.LONG_LIVED)));
      assertThat(
              catchThrowable(
                  () -> ping(client(bed, "localhost", guard().usage(Usage.SHORT_LIVED)))))
          .hasRootCauseInstanceOf(MixedUsageException.class)
          .rootCause()
          .hasMessageStartingWith("localhost:" + redis.port());
    }
  }

  @Test
  void mustAllowTheSameUseAndWhoDeclaresNothing() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      ping(client(bed, "127.0.0.1", guard().usage(Usage.SHORT_LIVED)));
      ping(client(bed, "127.0.0.1", guard().usage(Usage.SHORT_LIVED)));
      ping(client(bed, "127.0.0.1", guard()));
    }
  }

  @Test
  void mustFreeTheEndpointWithTheResources() throws Exception {
    var lasting = new DefaultEventExecutorGroup(1); // so that nothing but the shutdown tells
    var plain = ClientResources.builder().eventExecutorGroup(lasting).build();
    var guarded = guard().usage(Usage.LONG_LIVED).build().install(plain);
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      pingOnce(guarded);
      guarded.shutdown(0, 0, TimeUnit.SECONDS).get();
      ping(client(bed, "127.0.0.1", guard().usage(Usage.SHORT_LIVED)));
    } finally {
      lasting.shutdownGracefully(0, 0, TimeUnit.SECONDS).get();
    }
  }

  @Test
  void mustFreeTheEndpointWithTheUsersOwnResources() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var plain = ClientResources.create();
      pingOnce(guard().usage(Usage.LONG_LIVED).build().install(plain));
      plain.shutdown(0, 0, TimeUnit.SECONDS).get();
      RedisClient other = client(bed, "127.0.0.1", guard().usage(Usage.SHORT_LIVED));
      Await.until("freed", RedisBed.SOON, () -> catchThrowable(() -> ping(other)) == null);
    }
  }

  @Test
  void mustFreeTheEndpointWithItsClientAndDeclareItAgainForTheNext() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      ClientResources guarded = guard().usage(Usage.LONG_LIVED).build().install(bed.resources());
      pingOnce(guarded);
      RedisClient other = client(bed, "127.0.0.1", guard().usage(Usage.SHORT_LIVED));
      ping(other);
      other.shutdown(Duration.ZERO, Duration.ZERO);
      pingOnce(guarded);
    }
  }

  @Test
  void mustFreeTheEndpointWithTheGuard() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = guard().usage(Usage.LONG_LIVED).build();
      RedisURI uri = RedisURI.create("127.0.0.1", redis.port());
      ping(bed.guarded(guard, ClientOptions.create(), uri));
      guard.close();
      ping(client(bed, "127.0.0.1", guard().usage(Usage.SHORT_LIVED)));
    }
  }

  private static void pingOnce(ClientResources resources) {
    RedisClient client = RedisClient.create(resources, RedisURI.create("127.0.0.1", redis.port()));
    ping(client);
    client.shutdown(Duration.ZERO, Duration.ZERO);
  }
}
