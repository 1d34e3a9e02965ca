package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Java block of the documents compiles, with what its page has made before. */
final class SnippetsTest {

  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  private static final String IMPORTS =
      """
      package dev.holdfast.examples;
      import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
      import dev.holdfast.http.apache.*;
      import dev.holdfast.http.okhttp.*;
      import dev.holdfast.http.reactor.*;
      import dev.holdfast.path.*;
      import dev.holdfast.redis.*;
      import dev.holdfast.redis.pool.*;
      import dev.holdfast.socket.*;
      import dev.holdfast.usage.*;
      import io.lettuce.core.*;
      import io.lettuce.core.api.*;
      import io.lettuce.core.resource.*;
      import java.time.Duration;
      import javax.net.SocketFactory;
      import okhttp3.OkHttpClient;
      import org.apache.commons.pool2.ObjectPool;
      import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
      import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
      import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
      import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
      import org.apache.hc.core5.http.HttpHost;
      import reactor.netty.http.client.HttpClient;
      import reactor.netty.resources.ConnectionProvider;
      """;

  private static final String LETTUCE = "import io.lettuce.core.*;\n";

  /** Both have a class for a client of the same name. */
  private static final String JEDIS =
      "import dev.holdfast.redis.jedis.*;\nimport redis.clients.jedis.*;\n";

  private static final String MADE_BEFORE =
      """
      NetworkPath path;
      LettuceGuard guard;
      String uri;
      StatefulRedisConnection<String, String> kept;
      PoolingHttpClientConnectionManagerBuilder connections;
      OkHttpClient.Builder builder;
      static ConnectionPlan plan() { return ApacheQuickstart.plan(); }
      """;

  private static final String OF_JEDIS =
      "HostAndPort server;\njava.util.Set<HostAndPort> nodes;\nJedisClientConfig config;\n";

  /** One block, and where it stands. */
  record Snippet(String page, int number, String code) {

    String source() {
      String client = code.contains("ApacheHttpGuard") ? "HttpClientBuilder" : "RedisClient";
      boolean jedis = code.contains("Jedis");
      boolean returns = Pattern.compile("(?m)^return ").matcher(code).find();
      return (jedis ? IMPORTS.replace(LETTUCE, JEDIS) : IMPORTS)
          + "class Snippet {\n"
          + (jedis ? MADE_BEFORE.replace("LettuceGuard", "JedisGuard") + OF_JEDIS : MADE_BEFORE)
          + client
          + " client;\nObject run() throws Exception {\n"
          + code
          + (returns ? "" : "return null;\n")
          + "}\n}\n";
    }

    @Override
    public String toString() {
      return page + " " + number;
    }
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String source;

    Text(String source) {
      super(URI.create("string:///dev/holdfast/examples/Snippet.java"), Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }

  static List<Snippet> snippets() throws IOException {
    List<Snippet> found = new ArrayList<>();
    try (Stream<Path> pages = Files.list(Path.of("../docs"))) {
      List<Path> all =
          Stream.concat(Stream.of(Path.of("../README.md")), pages)
              .filter(page -> page.toString().endsWith(".md"))
              .sorted()
              .toList();
      for (Path page : all) {
        Matcher blocks = BLOCK.matcher(Files.readString(page));
        while (blocks.find()) {
          String name = String.valueOf(page.getFileName());
          found.add(new Snippet(name, found.size() + 1, blocks.group(1)));
        }
      }
    }
    return found;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("snippets")
  void mustCompile(Snippet snippet, @TempDir Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        List.of(
            "-d",
            classes.toString(),
            "-proc:none",
            "-nowarn",
            "-classpath",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    List<JavaFileObject> units = List.of(new Text(snippet.source()));
    boolean compiled = compiler.getTask(said, null, null, options, null, units).call();
    assertThat(compiled).as("%s%n%s", snippet.source(), said).isTrue();
  }
}
