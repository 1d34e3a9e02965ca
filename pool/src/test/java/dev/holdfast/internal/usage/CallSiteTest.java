package dev.holdfast.internal.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No frame of ours is ever the user's code, of whatever package that comes later. */
final class CallSiteTest {

  @Test
  void mustNotTakeAnyClassOfThisLibraryForTheUsers() throws Exception {
    List<String> ours = classes();
    assertThat(ours).hasSizeGreaterThan(100).contains("dev.holdfast.internal.channel.UsageHandler");
    assertThat(ours).noneMatch(CallSite::isUsers);
    assertThat(CallSite.isUsers("dev.holdfast.a.package.of.next.year.Any")).isFalse();
  }

  @Test
  void mustTakeTheUsersCodeForTheUsers() {
    assertThat(CallSite.isUsers("com.example.shop.Orders")).isTrue();
    assertThat(CallSite.isUsers("dev.holdfast.examples.Quickstart")).isTrue();
    assertThat(CallSite.isUsers("dev.holdfasting.Other")).isTrue();
  }

  /** Of each client that has a guard, and of what is in the stack between it and its user. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.lettuce.core.RedisChannelHandler",
        "redis.clients.jedis.Connection",
        "org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager",
        "reactor.netty.resources.PooledConnectionProvider",
        "okhttp3.internal.connection.RealConnection",
        "okio.RealBufferedSource",
        "kotlin.coroutines.jvm.internal.BaseContinuationImpl",
        "kotlinx.coroutines.DispatchedTask",
        "feign.SynchronousMethodHandler",
        "retrofit2.OkHttpCall",
        "org.springframework.data.redis.core.RedisTemplate"
      })
  void mustTakeNoClientForTheUser(String name) {
    assertThat(CallSite.isUsers(name)).isFalse();
  }

  private static List<String> classes() throws URISyntaxException, IOException {
    URL root = CallSite.class.getProtectionDomain().getCodeSource().getLocation();
    Path classes = Path.of(root.toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(name -> name.startsWith("dev/holdfast/") && name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
