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
    assertThat(CallSite.isUsers("io.lettuce.core.RedisChannelHandler")).isFalse();
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
