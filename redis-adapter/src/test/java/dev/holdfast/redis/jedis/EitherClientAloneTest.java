package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.Guard;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who uses one client of Redis needs no jar of the other. */
final class EitherClientAloneTest {

  /**
   * Netty's classes are the tests' own: a second loader's natives, once it is collected, are taken
   * from the first one's classes too.
   */
  private static final ClassLoader NETTY =
      new ClassLoader(ClassLoader.getPlatformClassLoader()) {
        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
          if (name.startsWith("io.netty.")) {
            return EitherClientAloneTest.class.getClassLoader().loadClass(name);
          }
          throw new ClassNotFoundException(name);
        }
      };

  private static URL[] classPathWithout(List<String> jars) {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(
            entry -> jars.stream().noneMatch(Path.of(entry).getFileName().toString()::startsWith))
        .map(EitherClientAloneTest::url)
        .toArray(URL[]::new);
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException notAPath) {
      throw new IllegalStateException(notAPath);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dev.holdfast.redis.jedis.JedisGuard, lettuce-core;reactor-core;spring-, io.lettuce.core.RedisClient",
    "dev.holdfast.redis.LettuceGuard, jedis-;commons-pool2;spring-, redis.clients.jedis.Jedis"
  })
  void mustLoadWithoutTheOther(String guard, String jars, String other) throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(classPathWithout(List.of(jars.split(";"))), NETTY)) {
      assertThatThrownBy(() -> loader.loadClass(other)).isInstanceOf(ClassNotFoundException.class);
      Class<?> type = loader.loadClass(guard);
      assertThat(type.getMethods()).isNotEmpty();
      try (AutoCloseable made = (AutoCloseable) type.getMethod("create").invoke(null)) {
        assertThat(made.getClass().getMethod("name").invoke(made)).isNotNull();
        assertThat(made).isNotInstanceOf(Guard.class); // of the other loader
      }
    }
  }
}
