package dev.holdfast.redis.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.AcquireTimeoutException;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ReadFrom;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Spring Data's templates over pooled, guarded connections to a real Redis. */
final class GuardedLettuceConnectionFactoryTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private RedisServer redis;
  private GuardedLettuceConnectionFactory factory;
  private StringRedisTemplate template;

  @BeforeEach
  void open() {
    redis = RedisServer.start();
    factory =
        new GuardedLettuceConnectionFactory(
            guard(),
            new RedisStandaloneConfiguration("127.0.0.1", redis.port()),
            LettuceClientConfiguration.defaultConfiguration(),
            pool -> pool.maxSize(2).acquireTimeout(SOON));
    factory.setShareNativeConnection(false);
    factory.afterPropertiesSet();
    factory.start();
    template = new StringRedisTemplate(factory);
  }

  @AfterEach
  void close() {
    factory.destroy();
    redis.close();
  }

  private LettuceGuard guard() {
    return LettuceGuard.custom(
            NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan())
        .meterRegistry(meters)
        .build();
  }

  private double connects(String pool) {
    return meters
        .find("holdfast.pool.connects")
        .tags("pool", pool, "result", "connected")
        .counters()
        .stream()
        .mapToDouble(one -> one.count())
        .sum();
  }

  private double residues(String residue) {
    return meters.find("holdfast.pool.residues").tags("residue", residue).counters().stream()
        .mapToDouble(one -> one.count())
        .sum();
  }

  @Test
  void mustBorrowForEveryOperationAndReturn() {
    for (int i = 1; i <= 50; i++) {
      assertThat(template.opsForValue().increment("spring:count")).isEqualTo(i);
    }
    assertThat(connects("redis")).isEqualTo(1);
  }

  @Test
  void mustRunATransactionAndReuseItsConnection() {
    List<Object> results = template.execute(new Transaction());
    assertThat(results).isEqualTo(List.of(1L, 2L));
    assertThat(template.opsForValue().get("spring:tx")).isEqualTo("2");
    assertThat(connects("redis")).isEqualTo(1);
    assertThat(residues("transaction")).isZero();
  }

  private static final class Transaction implements SessionCallback<List<Object>> {
    @Override
    @SuppressWarnings("unchecked")
    public <K, V> List<Object> execute(RedisOperations<K, V> operations)
        throws DataAccessException {
      RedisOperations<String, String> strings = (RedisOperations<String, String>) operations;
      strings.multi();
      strings.opsForValue().increment("spring:tx");
      strings.opsForValue().increment("spring:tx");
      return strings.exec();
    }
  }

  @Test
  void mustCloseAConnectionThatIsReturnedInATransaction() {
    RedisConnection connection = factory.getConnection();
    connection.multi();
    connection.close();
    assertThat(template.opsForValue().increment("spring:after")).isEqualTo(1);
    assertThat(residues("transaction")).isEqualTo(1);
  }

  @Test
  void mustNotFailAfterConnectionsWereKilled() {
    for (int i = 1; i <= 20; i++) {
      template.opsForValue().increment("spring:killed");
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      assertThat(template.opsForValue().get("spring:killed")).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void mustSubscribeOnAConnectionOfItsOwn() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    RedisConnection connection = factory.getConnection();
    connection.subscribe(
        (message, pattern) -> heard.add(new String(message.getBody(), StandardCharsets.UTF_8)),
        "news".getBytes(StandardCharsets.UTF_8));
    template.convertAndSend("news", "hello");
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("hello");
    connection.close();
    assertThat(template.opsForValue().increment("spring:subscribed")).isEqualTo(1);
  }

  @Test
  void mustServeReactiveTemplatesFromAPoolOfTheirOwn() {
    ReactiveStringRedisTemplate reactive = new ReactiveStringRedisTemplate(factory);
    for (int i = 1; i <= 20; i++) {
      assertThat(reactive.opsForValue().increment("spring:reactive").block(SOON)).isEqualTo(i);
    }
    assertThat(connects("redis-reactive")).isBetween(1.0, 2.0);
  }

  @Test
  void mustShareOneConnectionOfThePoolIfTold() {
    factory.stop();
    factory.setShareNativeConnection(true);
    factory.start();
    assertThat(template.opsForValue().increment("spring:shared")).isEqualTo(1);
    assertThat(template.opsForList().leftPop("spring:none", Duration.ofSeconds(1))).isNull();
    assertThat(connects("redis")).as("one shared, one to block on").isEqualTo(2);
  }

  @Test
  void mustSayWhyThereIsNoConnection() {
    GuardedLettuceConnectionFactory small =
        new GuardedLettuceConnectionFactory(
            guard(),
            new RedisStandaloneConfiguration("127.0.0.1", redis.port()),
            LettuceClientConfiguration.defaultConfiguration(),
            pool -> pool.maxSize(1).maxWaiters(1).minIdle(1));
    small.setShareNativeConnection(false);
    small.start();
    try {
      Await.until(
          "warm",
          SOON,
          () -> redis.command("CLIENT", "LIST", "TYPE", "normal").lines().count() >= 2);
      RedisConnection out = small.getConnection();
      out.multi(); // borrows
      RedisConnection other = small.getConnection();
      assertThatThrownBy(other::multi)
          .isInstanceOf(RedisConnectionFailureException.class)
          .hasCauseInstanceOf(AcquireTimeoutException.class);
      out.close();
    } finally {
      small.destroy();
    }
  }

  @Test
  void mustRefuseWhatCannotBeLent() {
    RedisStandaloneConfiguration server = new RedisStandaloneConfiguration();
    LettuceClientConfiguration defaults = LettuceClientConfiguration.defaultConfiguration();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new GuardedLettuceConnectionFactory(
                    guard(), new RedisClusterConfiguration(), defaults, pool -> {}))
        .withMessageContaining("RedisClusterConfiguration");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new GuardedLettuceConnectionFactory(
                    guard(),
                    server,
                    LettuceClientConfiguration.builder()
                        .readFrom(ReadFrom.REPLICA_PREFERRED)
                        .build(),
                    pool -> {}))
        .withMessageContaining("readFrom");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new GuardedLettuceConnectionFactory(
                    guard(),
                    server,
                    org.springframework.data.redis.connection.lettuce
                        .LettucePoolingClientConfiguration.defaultConfiguration(),
                    pool -> {}))
        .withMessageContaining("a pool of its own");
  }
}
