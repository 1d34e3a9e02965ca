package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Connector;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.jedis.JedisGuard;
import dev.holdfast.socket.SocketGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of all settings is made from the builders: their methods, javadoc and values. */
final class AllSettingsPageTest {

  private static final Path PAGE = Path.of("../../docs/settings.md");
  private static final Path ROOT = Path.of("../..");

  private static final ConnectionPlan PLAN = NetworkPath.parse("redis").plan();

  /**
   * What is set on it.
   *
   * @param title as it stands on the page
   * @param fresh with nothing set
   * @param sources that its javadoc is read from
   */
  record Settings(String title, Object fresh, List<String> sources) {

    /** Every public method of it that says a setting. */
    Set<String> methods() {
      return Arrays.stream(fresh.getClass().getMethods())
          .filter(method -> !Modifier.isStatic(method.getModifiers()))
          .filter(method -> method.getReturnType().isInstance(fresh))
          .map(Method::getName)
          .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public String toString() {
      return title;
    }
  }

  private static Connector<?> connector() {
    return (Connector<?>)
        Proxy.newProxyInstance(
            Connector.class.getClassLoader(), new Class<?>[] {Connector.class}, (p, m, a) -> null);
  }

  static List<Settings> all() {
    String http = "http-adapter/src/main/java/dev/holdfast/http/";
    String redis = "redis-adapter/src/main/java/dev/holdfast/redis/";
    String pool = "pool/src/main/java/dev/holdfast/";
    return List.of(
        new Settings("NetworkPath", PLAN.path(), List.of(pool + "path/NetworkPath.java")),
        new Settings(
            "RequestedSettings",
            RequestedSettings.none(),
            List.of(pool + "path/RequestedSettings.java")),
        new Settings(
            "LettuceGuard.custom(plan)",
            LettuceGuard.custom(PLAN),
            List.of(redis + "LettuceGuardBuilder.java")),
        new Settings(
            "JedisGuard.custom(plan)",
            JedisGuard.custom(PLAN),
            List.of(redis + "jedis/JedisGuardBuilder.java")),
        new Settings(
            "ApacheHttpGuard.custom(plan)",
            ApacheHttpGuard.custom(PLAN),
            List.of(http + "HttpGuardBuilder.java", http + "apache/ApacheHttpGuardBuilder.java")),
        new Settings(
            "ApacheAsyncGuard.custom(plan)",
            ApacheAsyncGuard.custom(PLAN),
            List.of(http + "HttpGuardBuilder.java", http + "apache/ApacheAsyncGuardBuilder.java")),
        new Settings(
            "ReactorHttpGuard.custom(plan)",
            ReactorHttpGuard.custom(PLAN),
            List.of(http + "HttpGuardBuilder.java", http + "reactor/ReactorHttpGuardBuilder.java")),
        new Settings(
            "OkHttpGuard.custom(plan)",
            OkHttpGuard.custom(PLAN),
            List.of(http + "HttpGuardBuilder.java", http + "okhttp/OkHttpGuardBuilder.java")),
        new Settings(
            "SocketGuard.custom(plan)",
            SocketGuard.custom(PLAN),
            List.of(pool + "socket/SocketGuardBuilder.java")),
        new Settings(
            "ConnectionPool.builder(connector, plan)",
            ConnectionPool.builder(connector(), PLAN),
            List.of(pool + "pool/PoolBuilder.java")));
  }

  private static String source(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<SettingRow> rows(Settings settings) {
    return settings.sources().stream()
        .flatMap(file -> SettingRow.of(source(file), settings.fresh()).stream())
        .toList();
  }

  private static String section(Settings settings) {
    return "\n## `"
        + settings.title()
        + "`\n\n| setting | default | |\n|---|---|---|\n"
        + rows(settings).stream().map(SettingRow::text).collect(Collectors.joining());
  }

  private static String springs() {
    return "\n## Spring Boot\n\n| property | default | |\n|---|---|---|\n"
        + PropertyMetadata.read().stream()
            .map(
                each ->
                    "| `%s` | %s | %s |\n"
                        .formatted(
                            each.name(),
                            each.value().map("`%s`"::formatted).orElse("none"),
                            each.description()))
            .collect(Collectors.joining());
  }

  private static String page() {
    return all().stream().map(AllSettingsPageTest::section).collect(Collectors.joining())
        + springs();
  }

  /** Run with {@code -Dsettings.page=write} to make the page anew. */
  @Test
  void mustBeWhatTheBuildersAre() throws IOException {
    Pattern made = Pattern.compile("(?s)<!-- settings -->\n.*<!-- end -->");
    String now =
        made.matcher(Files.readString(PAGE))
            .replaceFirst(
                Matcher.quoteReplacement("<!-- settings -->\n" + page() + "<!-- end -->"));
    if ("write".equals(System.getProperty("settings.page"))) {
      Files.writeString(PAGE, now);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(now);
  }

  @ParameterizedTest
  @MethodSource("all")
  void mustListEverySettingWithItsMeaning(Settings settings) {
    List<SettingRow> rows = rows(settings);
    assertThat(rows).isNotEmpty();
    assertThat(rows.stream().map(SettingRow::name).toList())
        .containsExactlyInAnyOrderElementsOf(settings.methods());
    assertThat(rows).allSatisfy(row -> assertThat(row.meaning()).endsWith("."));
  }

  @Test
  void mustDescribeEveryProperty() {
    assertThat(PropertyMetadata.read())
        .hasSizeGreaterThan(8)
        .allSatisfy(each -> assertThat(each.description()).endsWith("."));
  }
}
