package dev.holdfast.boot;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** On which lines of Spring Boot the starter hangs its guards in. */
final class SpringBootSupport {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

  private SpringBootSupport() {}

  /**
   * Refuses a line on which nothing would be guarded.
   *
   * @param version null where Spring Boot was repackaged: then there is nothing to judge by
   * @throws IllegalStateException if it is known and outside the range
   */
  static void requireSupported(@Nullable String version) {
    if (version == null) {
      return;
    }
    Matcher matcher = VERSION.matcher(version);
    boolean supported = false;
    if (matcher.matches()) {
      int major = Integer.parseInt(matcher.group(1));
      supported = major == 4 || (major == 3 && Integer.parseInt(matcher.group(2)) >= 5);
    }
    if (!supported) {
      throw new IllegalStateException(
          "Spring Boot %s is outside the range [3.5, 5) of holdfast-spring-boot-starter: set the"
                  .formatted(version)
              + " version of spring-boot-starter-parent or spring-boot-dependencies to one of that"
              + " range, or install the guards by hand, without the starter");
    }
  }
}
