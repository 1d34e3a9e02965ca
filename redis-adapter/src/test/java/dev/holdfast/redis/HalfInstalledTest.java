package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.lab.Await;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Half an installation is said, once, with the line to add. */
final class HalfInstalledTest {

  private static final String OPTIONS = "WARN dev.holdfast.redis.LettuceGuard - half: the guard is";
  private static final String RESOURCES = "WARN dev.holdfast.redis.LettuceGuard - half: a client";

  private static ScriptedRedis redis;

  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final LettuceGuard guard =
      LettuceGuard.custom(RedisBed.direct())
          .meterRegistry(new SimpleMeterRegistry())
          .name("half")
          .build();
  private final ClientResources resources =
      ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();

  @BeforeAll
  static void start() {
    redis = ScriptedRedis.start();
  }

  @AfterAll
  static void stop() throws Exception {
    redis.close();
  }

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void end() throws Exception {
    System.setErr(stderr);
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }

  private static RedisURI uri() {
    RedisURI uri = RedisURI.create("127.0.0.1", redis.port());
    uri.setTimeout(Duration.ofSeconds(5));
    return uri;
  }

  private static void use(RedisClient client) {
    for (int i = 0; i < 3; i++) {
      try (var connection = client.connect()) {
        assertThat(connection.sync().ping()).isEqualTo("PONG");
      }
    }
  }

  private void mustSayOnce(String line, String fix) {
    Await.until("said", RedisBed.SOON, () -> said(line) == 1);
    assertThat(log.toString(StandardCharsets.UTF_8)).contains(fix);
  }

  /** Of this guard; what tests before have left behind may still end, and say so. */
  private List<String> warnings() {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("WARN dev.holdfast") && line.contains(" half: "))
        .toList();
  }

  private int said(String line) {
    return log.toString(StandardCharsets.UTF_8).split(line, -1).length - 1;
  }

  @Test
  void mustSayThatTheOptionsWereForgotten() {
    use(RedisClient.create(guard.install(resources), uri()));
    mustSayOnce(OPTIONS, "client.setOptions(guard.options(ClientOptions.create()))");
    assertThat(said(RESOURCES)).isZero();
  }

  @Test
  void mustSayThatTheOptionsWereReplaced() {
    RedisClient client = RedisClient.create(guard.install(resources), uri());
    client.setOptions(guard.options(ClientOptions.create()));
    use(client);
    assertThat(warnings()).isEmpty();
    client.setOptions(ClientOptions.builder().autoReconnect(true).build());
    use(client);
    mustSayOnce(OPTIONS, "client.setOptions(guard.options(ClientOptions.create()))");
  }

  @Test
  void mustSayThatWhatInstallReturnedWasNotUsed() {
    RedisClient guarded = RedisClient.create(guard.install(resources), uri());
    guarded.setOptions(guard.options(ClientOptions.create()));
    use(guarded); // on the same event loops
    RedisClient client = RedisClient.create(resources, uri());
    client.setOptions(guard.options(ClientOptions.create()));
    use(client);
    mustSayOnce(RESOURCES, "RedisClient.create(guard.install(resources), uri)");
    assertThat(said(OPTIONS)).isZero();
  }

  @Test
  void mustSayNothingOfAWholeOne() {
    RedisClient client = RedisClient.create(guard.install(resources), uri());
    client.setOptions(guard.options(ClientOptions.create()));
    use(client);
    try (var connection = client.connectPubSub()) {
      assertThat(connection.sync().ping()).isEqualTo("PONG");
    }
    assertThat(warnings()).isEmpty();
  }

  @Test
  void mustRefuseAConnectionOfAClientWithoutIt() {
    try (var foreign = RedisClient.create(resources, uri()).connect()) {
      assertThatIllegalStateException().isThrownBy(() -> guard.shared(foreign));
      assertThatIllegalStateException().isThrownBy(() -> guard.dedicated(foreign));
      assertThatIllegalStateException().isThrownBy(() -> guard.lend(foreign));
    }
  }
}
