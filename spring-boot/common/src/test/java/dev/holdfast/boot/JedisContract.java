package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.GuardHealth;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisCluster;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.jedis.JedisGuard;
import dev.holdfast.redis.spring.GuardedJedisConnectionFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Jedis as Spring Boot configures it, bare beside guarded, on a real Redis. */
public abstract class JedisContract {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static @Nullable RedisServer redis;

  private final Line line;

  protected JedisContract(Line line) {
    this.line = line;
  }

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().tls().start();
    redis.command("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all");
  }

  @AfterAll
  static void stop() {
    redis().close();
  }

  private static RedisServer redis() {
    return Objects.requireNonNull(redis);
  }

  private ApplicationContextRunner application(boolean guarded) {
    return line.application(guarded)
        .withPropertyValues("spring.data.redis.client-type=jedis", "spring.data.redis.timeout=5s");
  }

  private ApplicationContextRunner application(boolean guarded, int port) {
    return application(guarded)
        .withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + port);
  }

  private static long increment(ApplicationContext application, String counter) {
    return Objects.requireNonNull(
        application.getBean(StringRedisTemplate.class).opsForValue().increment(counter));
  }

  /** Everything that can be set and seen, by the server and on the client. */
  private Map<String, String> facts(boolean guarded) {
    Await.until( // or its connection would be taken for this one's
        "the application before has gone",
        SOON,
        () -> !redis().command("CLIENT", "LIST").contains("name=orders"));
    Map<String, String> facts = new TreeMap<>();
    application(guarded, redis().tlsPort())
        .withPropertyValues(
            "spring.data.redis.username=app",
            "spring.data.redis.password=secret",
            "spring.data.redis.database=3",
            "spring.data.redis.client-name=orders",
            "spring.data.redis.connect-timeout=1700ms",
            "spring.data.redis.ssl.bundle=lab",
            "spring.ssl.bundle.pem.lab.truststore.certificate=file:" + redis().certificatePem(),
            "spring.data.redis.jedis.pool.max-active=3",
            "spring.data.redis.jedis.pool.max-wait=900ms")
        .run(application -> facts.putAll(facts(application)));
    return facts;
  }

  private static Map<String, String> facts(AssertableApplicationContext application) {
    assertThat(application).hasNotFailed();
    Map<String, String> facts = new TreeMap<>();
    increment(application, "facts");
    String all = redis().command("CLIENT", "LIST");
    String mine =
        all.lines().filter(each -> each.contains("name=orders")).findFirst().orElse("none");
    for (String word : mine.split(" ", -1)) {
      if (word.matches("(name|db|user|resp|lib-name|lib-ver)=.*")) {
        facts.put("server: " + word, "");
      }
    }
    JedisConnectionFactory factory = application.getBean(JedisConnectionFactory.class);
    JedisClientConfiguration client = factory.getClientConfiguration();
    facts.put("read timeout", client.getReadTimeout().toString());
    facts.put("connect timeout", client.getConnectTimeout().toString());
    facts.put("tls", String.valueOf(client.isUseSsl()));
    facts.put(
        "pool",
        Objects.requireNonNull(factory.getPoolConfig()).getMaxTotal()
            + " in "
            + factory.getPoolConfig().getMaxWaitDuration());
    facts.put("early", String.valueOf(factory.isEarlyStartup()));
    facts.put("phase", String.valueOf(factory.getPhase()));
    return facts;
  }

  @Test
  void mustKeepEveryPropertyOfSpringBoot() {
    Map<String, String> bare = facts(false);
    assertThat(bare)
        .containsKeys("server: name=orders", "server: db=3", "server: user=app")
        .containsEntry("tls", "true")
        .containsEntry("pool", "3 in PT0.9S");
    assertThat(facts(true)).isEqualTo(bare);
  }

  @Test
  void mustMakeTheGuardOfTheClientThatIsUsed() {
    application(true, redis().port())
        .run(
            application -> {
              assertThat(application).hasSingleBean(JedisGuard.class);
              assertThat(application).doesNotHaveBean(LettuceGuard.class);
              assertThat(application.getBean(JedisConnectionFactory.class))
                  .isInstanceOf(GuardedJedisConnectionFactory.class);
            });
    line.application(true)
        .withPropertyValues("spring.data.redis.port=" + redis().port())
        .run(application -> assertThat(application).doesNotHaveBean(JedisGuard.class));
  }

  /** Bare the first call of each forgotten connection fails; guarded it is replaced unseen. */
  @Test
  void mustNotLoseACallToAForgottenConnection() {
    try (Middlebox box = Middlebox.to(redis().port()).start()) {
      application(false, box.port())
          .run(
              application -> {
                increment(application, "forgotten:bare");
                box.resetAll();
                box.awaitEndsMet();
                assertThatThrownBy(() -> increment(application, "forgotten:bare"))
                    .isInstanceOf(DataAccessException.class);
              });
      application(true, box.port())
          .run(
              application -> {
                for (int i = 1; i <= 5; i++) {
                  assertThat(increment(application, "forgotten")).isEqualTo(i);
                  box.resetAll();
                  box.awaitEndsMet();
                }
              });
    }
  }

  @Test
  void mustLeaveAloneWhatKeepsNoConnections() {
    application(true, redis().port())
        .withPropertyValues("spring.data.redis.jedis.pool.enabled=false")
        .run(
            application -> {
              assertThat(increment(application, "unpooled")).isOne();
              assertThat(application.getBean(JedisConnectionFactory.class))
                  .isNotInstanceOf(GuardedJedisConnectionFactory.class);
            });
  }

  @Test
  void mustGuardWhatSentinelLeadsTo() {
    try (RedisServer sentinel = RedisServer.builder().sentinelOf(redis().port()).start()) {
      application(true)
          .withPropertyValues(
              "spring.data.redis.sentinel.master=master",
              "spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinel.port())
          .run(
              application -> {
                for (int i = 1; i <= 3; i++) {
                  assertThat(increment(application, "sentinel")).isEqualTo(i);
                }
                assertThat(application.getBean(JedisGuard.class).health().endpoints())
                    .anyMatch(each -> each.address().endsWith(":" + redis().port()));
              });
    }
  }

  @Test
  void mustGuardEveryNodeOfACluster() {
    try (RedisCluster cluster = RedisCluster.start()) {
      application(true)
          .withPropertyValues(
              "spring.data.redis.cluster.nodes=127.0.0.1:" + cluster.node(0).port(),
              "spring.data.redis.jedis.pool.max-active=3")
          .run(
              application -> {
                for (int i = 1; i <= 3; i++) {
                  for (String key : new String[] {"a", "b", "c", "d"}) {
                    assertThat(increment(application, key)).isEqualTo(i);
                  }
                }
                // Jedis may ask a replica too where the slots are
                assertThat(application.getBean(JedisGuard.class).health().endpoints())
                    .extracting(GuardHealth.Endpoint::address)
                    .contains(addresses(cluster, RedisCluster.MASTERS))
                    .isSubsetOf(addresses(cluster, 2 * RedisCluster.MASTERS));
              });
    }
  }

  /** Its masters come first. */
  private static String[] addresses(RedisCluster cluster, int nodes) {
    return IntStream.range(0, nodes)
        .mapToObj(node -> "127.0.0.1:" + cluster.node(node).port())
        .toArray(String[]::new);
  }
}
