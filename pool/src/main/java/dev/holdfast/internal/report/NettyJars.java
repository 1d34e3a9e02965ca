package dev.holdfast.internal.report;

import io.netty.util.Version;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The versions of Netty's jars. Maven takes the nearest of several versions for each jar alone, so
 * two libraries that bring Netty easily leave a mixture, and Netty is tested in one version only.
 */
final class NettyJars {

  /** What a guard and its clients run on; other jars of Netty have versions of their own. */
  private static final Set<String> TOGETHER =
      Set.of(
          "netty-buffer",
          "netty-codec-base",
          "netty-codec-dns",
          "netty-codec-http",
          "netty-codec-http2",
          "netty-common",
          "netty-handler",
          "netty-resolver",
          "netty-resolver-dns",
          "netty-transport",
          "netty-transport-classes-epoll",
          "netty-transport-native-epoll",
          "netty-transport-native-unix-common");

  private NettyJars() {}

  /** They do not change while the process runs, and are read from every jar. */
  private static final class OfThisProcess {
    static final Optional<String> MIXTURE = mixture(versions(NettyJars.class.getClassLoader()));
  }

  /**
   * What the jars say of themselves, read once.
   *
   * @return what to say of a mixture; empty if all have one version, or none is told
   */
  static Optional<String> mixture() {
    return OfThisProcess.MIXTURE;
  }

  private static Map<String, String> versions(@Nullable ClassLoader loader) {
    return Version.identify(loader).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, jar -> jar.getValue().artifactVersion()));
  }

  /**
   * @param versions by artifact
   */
  static Optional<String> mixture(Map<String, String> versions) {
    Map<String, Set<String>> artifacts = new TreeMap<>();
    versions.forEach(
        (artifact, version) -> {
          if (TOGETHER.contains(artifact)) {
            artifacts.computeIfAbsent(version, first -> new TreeSet<>()).add(artifact);
          }
        });
    if (artifacts.size() < 2) {
      return Optional.empty();
    }
    return Optional.of(
        "the jars of Netty have "
            + artifacts.size()
            + " versions, "
            + artifacts.entrySet().stream()
                .map(each -> each.getKey() + " (" + String.join(", ", each.getValue()) + ")")
                .collect(Collectors.joining(" and "))
            + "; Netty is tested in one version only. Import io.netty:netty-bom in one version"
            + " (Maven: <dependencyManagement>, Gradle: platform); with Spring Boot set"
            + " netty.version");
  }
}
