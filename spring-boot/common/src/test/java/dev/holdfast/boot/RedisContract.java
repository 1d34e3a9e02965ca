package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Spring Data Redis as Spring Boot configures it, bare beside guarded, on a real Redis. */
public abstract class RedisContract {

  private static final Duration SHORTER_THAN_A_DEAD_PATH = Duration.ofSeconds(4);
  private static final Duration SOON = Duration.ofSeconds(20);

  private static @Nullable RedisServer redis;

  private final Line line;

  protected RedisContract(Line line) {
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

  private ApplicationContextRunner application(boolean guarded, int port) {
    return line.application(guarded)
        .withPropertyValues(
            "spring.data.redis.host=127.0.0.1",
            "spring.data.redis.port=" + port,
            "spring.data.redis.timeout=" + SHORTER_THAN_A_DEAD_PATH.toMillis() + "ms",
            "holdfast.redis.path=box:idle=10m,clock=payload,terminates=true -> redis");
  }

  private static StringRedisTemplate template(ApplicationContext application) {
    return application.getBean(StringRedisTemplate.class);
  }

  private static long increment(ApplicationContext application, String counter) {
    return Objects.requireNonNull(template(application).opsForValue().increment(counter));
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
            "spring.data.redis.lettuce.shutdown-timeout=250ms")
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
      if (word.matches("(name|db|user|resp|lib-name)=.*")) {
        facts.put("server: " + word, "");
      }
    }
    LettuceClientConfiguration client =
        application.getBean(LettuceConnectionFactory.class).getClientConfiguration();
    ClientOptions options = client.getClientOptions().orElseThrow();
    ClientResources resources = client.getClientResources().orElseThrow();
    facts.put("command timeout", client.getCommandTimeout().toString());
    facts.put("shutdown timeout", client.getShutdownTimeout().toString());
    facts.put("tls", String.valueOf(client.isUseSsl()));
    facts.put("connect timeout", options.getSocketOptions().getConnectTimeout().toString());
    facts.put("timeouts on", String.valueOf(options.getTimeoutOptions().isTimeoutCommands()));
    facts.put("options", options.getClass().getSimpleName());
    facts.put("latencies", resources.commandLatencyRecorder().getClass().getName());
    facts.put("tracing", resources.tracing().getClass().getName());
    return facts;
  }

  @Test
  void mustKeepEveryPropertyOfSpringBoot() {
    Map<String, String> bare = facts(false);
    assertThat(bare)
        .containsKeys("server: name=orders", "server: db=3", "server: user=app")
        .containsEntry("tls", "true")
        .containsEntry("connect timeout", "PT1.7S");
    assertThat(facts(true)).isEqualTo(bare);
  }

  /** Bare waits for its timeout, on each connection the box forgot; guarded the box is passed. */
  @ParameterizedTest
  @ValueSource(strings = {"shared", "pooled"})
  void mustNotLoseACallToAForgottenConnection(String kind) {
    try (Middlebox box = Middlebox.to(redis().port()).forgetting(Forgetting.SILENCE).start()) {
      String counter = "forgotten:" + kind;
      application(false, box.port())
          .withPropertyValues(pool(kind))
          .run(
              application -> {
                increment(application, counter + ":bare");
                forget(box);
                assertThatThrownBy(() -> increment(application, counter + ":bare"))
                    .isInstanceOf(DataAccessException.class);
              });
      application(true, box.port())
          .withPropertyValues(pool(kind))
          .run(
              application -> {
                increment(application, counter);
                forget(box);
                assertThat(increment(application, counter)).isEqualTo(2);
                assertThat(redis().counter(counter)).isEqualTo(2);
              });
    }
  }

  private static void forget(Middlebox box) {
    Await.idle(Duration.ofMillis(1200)); // past the age from which paths are proved
    box.forgetAll();
  }

  private static String[] pool(String kind) {
    return "pooled".equals(kind)
        ? new String[] {"spring.data.redis.lettuce.pool.max-active=3"}
        : new String[] {"spring.data.redis.lettuce.pool.enabled=false"};
  }

  @Test
  void mustLeaveThePoolToSpringBoot() {
    application(true, redis().port())
        .withPropertyValues("spring.data.redis.lettuce.pool.max-active=3")
        .run(
            application -> {
              LettuceClientConfiguration client =
                  application.getBean(LettuceConnectionFactory.class).getClientConfiguration();
              assertThat(client).isInstanceOf(LettucePoolingClientConfiguration.class);
              assertThat(((LettucePoolingClientConfiguration) client).getPoolConfig().getMaxTotal())
                  .isEqualTo(3);
              assertThat(LettuceGuard.isInstalledIn(client.getClientResources().orElseThrow()))
                  .isTrue();
            });
  }

  @Test
  void mustGuardReactiveCalls() {
    application(true, redis().port())
        .run(
            application -> {
              ReactiveStringRedisTemplate template =
                  application.getBean(ReactiveStringRedisTemplate.class);
              assertThat(template.opsForValue().increment("reactive").block()).isEqualTo(1);
              assertThat(application.getBean(LettuceGuard.class).health().endpoints()).isNotEmpty();
            });
  }

  @Test
  void mustGuardWhatSentinelLeadsTo() {
    try (RedisServer sentinel = RedisServer.builder().sentinelOf(redis().port()).start()) {
      line.application(true)
          .withPropertyValues(
              "spring.data.redis.sentinel.master=master",
              "spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinel.port())
          .run(
              application -> {
                StringRedisTemplate template = application.getBean(StringRedisTemplate.class);
                assertThat(template.opsForValue().increment("sentinel")).isEqualTo(1);
                assertThat(application.getBean(LettuceGuard.class).health().endpoints())
                    .anyMatch(each -> each.address().endsWith(":" + redis().port()));
              });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustListenToTheSentinelsUnlessToldNotTo(boolean follow) {
    try (RedisServer sentinel = RedisServer.builder().sentinelOf(redis().port()).start()) {
      line.application(true)
          .withPropertyValues(
              "spring.data.redis.sentinel.master=master",
              "spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinel.port(),
              "holdfast.redis.follow-sentinels=" + follow)
          .run(
              application -> {
                StringRedisTemplate template = application.getBean(StringRedisTemplate.class);
                assertThat(template.opsForValue().increment("sentinels")).isPositive();
                if (follow) {
                  Await.until("they are listened to", SOON, () -> listens(sentinel));
                  assertThat(template.opsForValue().increment("sentinels")).isPositive();
                } else {
                  assertThat(application).doesNotHaveBean(FollowedSentinels.class);
                }
              });
    }
  }

  private static boolean listens(RedisServer sentinel) {
    return sentinel.command("CLIENT", "LIST").contains(" sub=1 ");
  }

  @Test
  void mustKeepTheOptionsOfACluster() {
    line.application(true)
        .withPropertyValues(
            "spring.data.redis.cluster.nodes=127.0.0.1:" + redis().port(),
            "spring.data.redis.cluster.max-redirects=7",
            "spring.data.redis.lettuce.cluster.refresh.period=17s")
        .run(
            application -> {
              LettuceClientConfiguration client =
                  application.getBean(LettuceConnectionFactory.class).getClientConfiguration();
              assertThat(client.getClientOptions().orElseThrow().getClass().getSimpleName())
                  .isEqualTo("ClusterClientOptions");
              assertThat(LettuceGuard.isInstalledIn(client.getClientResources().orElseThrow()))
                  .isTrue();
            });
  }
}
