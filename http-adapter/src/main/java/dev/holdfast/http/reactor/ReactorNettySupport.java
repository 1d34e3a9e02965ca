package dev.holdfast.http.reactor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;

/** Which Reactor Netty the guard knows. */
final class ReactorNettySupport {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

  private ReactorNettySupport() {}

  static @Nullable String version() {
    return HttpClient.class.getPackage().getImplementationVersion();
  }

  /**
   * Refuses a version the guard was not tested on.
   *
   * @param version null where Reactor Netty was repackaged: then there is nothing to judge by
   * @throws IllegalStateException if it is known and outside the range
   */
  static void requireSupported(@Nullable String version) {
    if (version == null) {
      return;
    }
    Matcher matcher = VERSION.matcher(version);
    boolean supported =
        matcher.matches()
            && "1".equals(matcher.group(1))
            && Integer.parseInt(matcher.group(2)) >= 2;
    if (!supported) {
      throw new IllegalStateException(
          "reactor-netty-http %s is outside the supported range [1.2, 2): set the version of"
                  .formatted(version)
              + " io.projectreactor.netty:reactor-netty-http to one of that range; with Spring Boot it"
              + " is the property reactor-bom.version");
    }
  }
}
