package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;

/** The documents' snippets are this code, and it runs. */
final class QuickstartTest {

  @Test
  void mustRun() {
    try (RedisServer redis = RedisServer.start()) {
      RedisClient client = Quickstart.connect("redis://127.0.0.1:" + redis.port());
      try (var connection = client.connect()) {
        assertThat(connection.sync().incr("quickstart")).isEqualTo(1);
      } finally {
        client.shutdown(Duration.ZERO, Duration.ZERO);
        client.getResources().shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      }
    }
  }

  @Test
  void mustLendPooledConnections() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      LettuceGuard guard =
          LettuceGuard.create(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan());
      RedisClient client =
          RedisClient.create(
              guard.install(ClientResources.create()), "redis://127.0.0.1:" + redis.port());
      client.setOptions(guard.options(ClientOptions.create()));
      try (var pool = PooledQuickstart.pool(guard, client)) {
        pool.addObject();
        try (var connection = pool.borrowObject()) {
          assertThat(connection.sync().incr("quickstart")).isEqualTo(1);
        }
        assertThat(pool.getNumIdle()).isEqualTo(1);
      } finally {
        client.shutdown(Duration.ZERO, Duration.ZERO);
        client.getResources().shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      }
    }
  }

  @Test
  void mustRunWithJedis() {
    try (RedisServer redis = RedisServer.start();
        var client =
            JedisQuickstart.client(
                NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")),
                new HostAndPort("127.0.0.1", redis.port()),
                DefaultJedisClientConfig.builder().build())) {
      assertThat(client.incr("quickstart")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Quickstart",
        "PooledQuickstart",
        "JedisQuickstart",
        "ApacheQuickstart",
        "ReactorQuickstart"
      })
  void mustStandInADocumentWordForWord(String name) throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/dev/holdfast/examples/" + name + ".java"));
    String snippet =
        source
            .substring(source.indexOf("// readme\n") + 10, source.indexOf("    // end"))
            .stripTrailing()
            .stripIndent();
    assertThat(documents()).contains(snippet);
  }

  private static String documents() throws IOException {
    StringBuilder all = new StringBuilder(Files.readString(Path.of("../README.md")));
    try (Stream<Path> pages = Files.list(Path.of("../docs"))) {
      for (Path page : pages.filter(path -> path.toString().endsWith(".md")).toList()) {
        all.append(Files.readString(page));
      }
    }
    return all.toString();
  }
}
