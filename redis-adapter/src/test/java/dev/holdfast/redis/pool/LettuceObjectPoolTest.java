package dev.holdfast.redis.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.ObjectPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of commons-pool2's interface, as its javadoc has it. */
final class LettuceObjectPoolTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private RedisServer redis;
  private LettuceGuard guard;
  private ClientResources resources;
  private RedisClient client;
  private ObjectPool<StatefulRedisConnection<String, String>> pool;

  @BeforeEach
  void open() {
    redis = RedisServer.start();
    guard =
        LettuceGuard.custom(
                NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    resources = ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    client = RedisClient.create(guard.install(resources), "redis://127.0.0.1:" + redis.port());
    client.setOptions(guard.options(ClientOptions.create()));
    pool = LettuceObjectPool.of(guard.pool(client).maxSize(2).acquireTimeout(SOON).build());
  }

  @AfterEach
  void close() throws Exception {
    pool.close();
    client.shutdown(Duration.ZERO, Duration.ZERO);
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
    redis.close();
  }

  @Test
  void mustBorrowReturnAndCount() throws Exception {
    var one = pool.borrowObject();
    var two = pool.borrowObject();
    assertThat(pool.getNumActive()).isEqualTo(2);
    assertThat(pool.getNumIdle()).isZero();
    assertThat(one.sync().ping()).isEqualTo("PONG");
    pool.returnObject(one);
    two.close(); // returns it as well
    assertThat(pool.getNumActive()).isZero();
    assertThat(pool.getNumIdle()).isEqualTo(2);
  }

  @Test
  void mustSayThatItIsExhausted() throws Exception {
    try (var small =
        LettuceObjectPool.of(
            guard.pool(client).maxSize(1).acquireTimeout(Duration.ofMillis(200)).build())) {
      small.addObject();
      small.borrowObject();
      assertThatThrownBy(small::borrowObject)
          .isInstanceOf(NoSuchElementException.class)
          .hasMessageContaining(
              "pool redis: no connection within 200 ms: total 1 of 1 (active 1, idle 0,");
    }
  }

  @Test
  void mustRefuseASecondReturnAndWhatItNeverLent() throws Exception {
    var one = pool.borrowObject();
    pool.returnObject(one);
    assertThatIllegalStateException()
        .isThrownBy(() -> pool.returnObject(one))
        .withMessageContaining("returned before");
    assertThatIllegalStateException()
        .isThrownBy(() -> pool.invalidateObject(one))
        .withMessageContaining("returned before");
    try (var foreign = client.connect()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> pool.returnObject(foreign))
          .withMessageContaining("was not borrowed here");
      assertThatIllegalStateException().isThrownBy(() -> pool.invalidateObject(foreign));
    }
  }

  @Test
  void mustCloseWhatIsInvalidated() throws Exception {
    var one = pool.borrowObject();
    long id = one.sync().clientId();
    pool.invalidateObject(one);
    assertThat(pool.getNumActive()).isZero();
    assertThat(pool.getNumIdle()).isZero();
    assertThat(pool.borrowObject().sync().clientId()).isNotEqualTo(id);
  }

  @Test
  void mustPreloadAndClear() throws Exception {
    pool.addObjects(3);
    assertThat(pool.getNumIdle()).as("it is full").isEqualTo(2);
    pool.borrowObject();
    pool.clear();
    assertThat(pool.getNumIdle()).isZero();
    assertThat(pool.getNumActive()).isEqualTo(1);
  }

  @Test
  void mustFailToPreloadAsTheConnectFailed() {
    redis.close();
    assertThatThrownBy(pool::addObject).isInstanceOf(RedisConnectionException.class);
  }

  @Test
  void mustLendNothingOnceClosedAndCloseWhatWasOut() throws Exception {
    var out = pool.borrowObject();
    pool.close();
    pool.close();
    assertThatIllegalStateException()
        .isThrownBy(pool::borrowObject)
        .withMessageContaining("pool redis");
    assertThatIllegalStateException().isThrownBy(pool::addObject);
    assertThat(out.sync().ping()).isEqualTo("PONG");
    pool.returnObject(out);
    assertThat(pool.getNumActive() + pool.getNumIdle()).isZero();
  }

  /** Frameworks look at the methods of every bean. */
  @Test
  void mustNotBeNeededByWhoDoesNotUseIt() throws Exception {
    List<URL> without = new ArrayList<>();
    for (String entry :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      if (!entry.contains("commons-pool2")) {
        without.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(without.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      for (String name : List.of("LettuceGuard", "LettucePool", "LettucePoolBuilder")) {
        assertThat(loader.loadClass("dev.holdfast.redis." + name).getDeclaredMethods())
            .isNotEmpty();
      }
      assertThatThrownBy(() -> loader.loadClass(LettuceObjectPool.class.getName()))
          .as("it is needed here")
          .isInstanceOf(NoClassDefFoundError.class);
    }
  }
}
