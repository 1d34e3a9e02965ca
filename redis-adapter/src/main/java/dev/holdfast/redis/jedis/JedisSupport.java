package dev.holdfast.redis.jedis;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;

/** What the guard needs to know of Jedis itself. */
final class JedisSupport {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final String PROPERTIES = "redis/clients/jedis/pom.properties";

  private static final @Nullable String OWN = read();
  private static final boolean IS_8 = isOf8();

  private JedisSupport() {}

  private static @Nullable String read() {
    ClassLoader loader = Connection.class.getClassLoader();
    try (InputStream in = loader == null ? null : loader.getResourceAsStream(PROPERTIES)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version");
    } catch (IOException repackaged) {
      return null;
    }
  }

  /** For people. */
  static String version() {
    return OWN == null ? "of unknown version" : OWN;
  }

  static void requireSupported() {
    requireSupported(OWN);
  }

  static void requireSupported(@Nullable String version) {
    if (version == null) {
      return; // repackaged without its properties: nothing to judge by
    }
    Matcher matcher = VERSION.matcher(version);
    boolean supported = false;
    if (matcher.matches()) {
      int major = Integer.parseInt(matcher.group(1));
      int minor = Integer.parseInt(matcher.group(2));
      supported = (major >= 6 && major <= 8) || (major == 5 && minor >= 2);
    }
    if (!supported) {
      throw new IllegalStateException(
          "jedis %s is outside the supported range [5.2, 9): the guard relies on the methods that"
                  .formatted(version)
              + " every command passes in Connection. Set the version of redis.clients:jedis to one of"
              + " that range; with Spring Boot it is the property jedis.version");
    }
  }

  /** From 8 on TLS checks the server's name unless the user gives parameters of his own. */
  static boolean checksNamesByDefault() {
    return IS_8;
  }

  /** Before 8 it takes what a RESP3 server pushes for the answer to the next command. */
  static boolean tellsPushesFromAnswers() {
    return IS_8;
  }

  private static boolean isOf8() {
    Matcher matcher = VERSION.matcher(OWN == null ? "" : OWN);
    return !matcher.matches() || Integer.parseInt(matcher.group(1)) >= 8;
  }
}
