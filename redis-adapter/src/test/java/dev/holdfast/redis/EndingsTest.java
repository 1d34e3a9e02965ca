package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Orders;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guard, client, resources and pool are closed in every order, and leave nothing behind. */
final class EndingsTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private enum Part {
    POOL,
    CLIENT,
    RESOURCES,
    GUARD
  }

  private final Set<Thread> ofOtherTests = Thread.getAllStackTraces().keySet();
  private final CountDownLatch never = new CountDownLatch(1);
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final ScriptedRedis silent = ScriptedRedis.answering(this::nothing);
  private final ScriptedRedis answering = ScriptedRedis.start();

  private String nothing(String command) {
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }

  @AfterEach
  void stop() throws IOException {
    never.countDown();
    silent.close();
    answering.close();
  }

  /** One life of all four. */
  private final class Life {
    final LettuceGuard guard =
        LettuceGuard.custom(RedisBed.direct()).meterRegistry(meters).name("life").build();
    final ClientResources resources =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    final RedisClient client;
    final LettucePool<String, String> pool;

    Life(int port) {
      client = RedisClient.create(guard.install(resources), RedisURI.create("127.0.0.1", port));
      client.setOptions(guard.options(ClientOptions.create()));
      pool = guard.pool(client).acquireTimeout(Duration.ofSeconds(60)).build();
    }

    void close(Part part) throws Exception {
      switch (part) {
        case POOL -> pool.close();
        case CLIENT -> client.shutdownAsync(0, 0, TimeUnit.SECONDS); // waits for ever if it is last
        case RESOURCES -> resources.shutdown(0, 0, TimeUnit.SECONDS).get();
        case GUARD -> guard.close();
      }
    }
  }

  private static List<List<Part>> orders() {
    return Orders.of(List.of(Part.values()));
  }

  private boolean noThreadIsInConnect() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> !ofOtherTests.contains(thread.getKey()))
        .flatMap(thread -> Arrays.stream(thread.getValue()))
        .noneMatch(
            frame ->
                frame.getClassName().equals(RedisClient.class.getName())
                    && frame.getMethodName().equals("connect"));
  }

  @Test
  void mustEndWhatIsBeingDialledWhateverIsClosedFirst() throws Exception {
    for (List<Part> order : orders()) {
      Life life = new Life(silent.port());
      int before = silent.accepted();
      CompletableFuture<StatefulRedisConnection<String, String>> asked = life.pool.acquire();
      Await.until("dialled", SOON, () -> silent.accepted() > before);
      for (Part part : order) {
        life.close(part);
      }
      Await.until(order + ": it is told", SOON, asked::isCompletedExceptionally);
      Await.until(order + ": no thread waits", SOON, this::noThreadIsInConnect);
    }
  }

  @Test
  void mustNotWaitForEverForAConnectAfterTheClientsEnd() throws Exception {
    Life life = new Life(answering.port());
    try (var lent = life.pool.borrow()) {
      assertThat(lent.sync().ping()).isEqualTo("PONG");
    }
    life.client.shutdown(Duration.ZERO, Duration.ZERO);
    CompletableFuture<?> asked = life.pool.acquire();
    life.pool.close();
    Await.until("it is told", SOON, asked::isCompletedExceptionally);
    Await.until("no thread waits", SOON, this::noThreadIsInConnect);
    life.close(Part.RESOURCES);
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.getName().equals("scripted-redis"))
        .collect(Collectors.toSet());
  }

  @Test
  void mustLeaveNoThreadAndNoGaugeAfterManyLives() throws Exception {
    List<List<Part>> orders = orders();
    one(orders.get(0));
    Set<Thread> before = threads(); // one of a test before may still be ending
    for (int life = 0; life < 12; life++) {
      one(orders.get(life % orders.size()));
    }
    Await.until("threads", SOON, () -> before.containsAll(threads()));
    assertThat(meters.find("holdfast.connections").meters()).isEmpty();
    assertThat(meters.find("holdfast.idle.limit").meters()).isEmpty();
    assertThat(meters.find("holdfast.ports").meters()).isEmpty();
    assertThat(meters.find("holdfast.endpoints").meters()).isEmpty();
  }

  private void one(List<Part> order) throws Exception {
    Life life = new Life(answering.port());
    try (var lent = life.pool.borrow()) {
      assertThat(lent.sync().ping()).isEqualTo("PONG");
    }
    for (Part part : order) {
      life.close(part);
    }
  }

  @Test
  void mustLeaveWhatIsConnectedAsItIsWhenTheGuardIsClosed() throws Exception {
    Life life = new Life(answering.port());
    try (var before = life.client.connect()) {
      life.guard.close();
      life.guard.close();
      assertThat(before.sync().ping()).isEqualTo("PONG");
      try (var after = life.client.connect()) {
        assertThat(after.sync().ping()).isEqualTo("PONG");
      }
      assertThatIllegalStateException().isThrownBy(() -> life.guard.pool(life.client));
      assertThatIllegalStateException().isThrownBy(() -> life.guard.install(life.resources));
    } finally {
      life.close(Part.CLIENT);
      life.close(Part.RESOURCES);
    }
  }
}
