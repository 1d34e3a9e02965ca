package dev.holdfast.report;

import io.netty.util.Version;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

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

  /**
   * Reads what the jars say of themselves.
   *
   * @return what to say of a mixture; empty if all have one version, or none is told
   */
  static Optional<String> mixture() {
    return mixture(
        Version.identify().values().stream()
            .collect(
                Collectors.toMap(
                    Version::artifactId, Version::artifactVersion, (one, other) -> one)));
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
