package dev.holdfast.http.okhttp;

import java.lang.reflect.Field;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Connection;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a guard is installed whole, and in a client it knows. Thread-safe. */
final class Installation {

  private static final Logger LOG = LoggerFactory.getLogger(OkHttpGuard.class);

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  private static final String UNKNOWN = "of unknown version";

  /** The newest line that the guard was tested with. */
  private static final int NEWEST_MINOR = 5;

  private final String name;
  private final AtomicBoolean told = new AtomicBoolean();

  Installation(String name) {
    this.name = name;
  }

  /** Of OkHttp, for people. */
  static String clientVersion() {
    try {
      // Not the constant: it would be that of the client which this was compiled with.
      Field version =
          Class.forName("okhttp3.OkHttp", true, OkHttpClient.class.getClassLoader())
              .getField("VERSION");
      return String.valueOf(version.get(null));
    } catch (ReflectiveOperationException | LinkageError old) {
      return UNKNOWN;
    }
  }

  /**
   * Refuses a client that the guard does not know.
   *
   * @throws IllegalStateException if OkHttp is older than 4.12, or newer than 5
   */
  static void requireSupportedClient(String version) {
    Matcher parts = VERSION.matcher(version);
    boolean known =
        parts.matches()
            && (parts.group(1).equals("5")
                || (parts.group(1).equals("4") && Integer.parseInt(parts.group(2)) >= 12));
    if (!known) {
      throw new IllegalStateException(
          "OkHttp is %s; the guard needs 4.12, or 5 (com.squareup.okhttp3:okhttp:4.12.0 or"
                  .formatted(version)
              + " com.squareup.okhttp3:okhttp-jvm:5.5.1). Fix: set that version, in a build with"
              + " Spring's or another BOM above it");
    }
  }

  /** Warns of a client that nobody has tried the guard with: what it stands on may have moved. */
  static Optional<String> untried(String version) {
    Matcher parts = VERSION.matcher(version);
    boolean newer =
        parts.matches()
            && parts.group(1).equals("5")
            && Integer.parseInt(parts.group(2)) > NEWEST_MINOR;
    return newer
        ? Optional.of(
            ("OkHttp %s is newer than 5.%d, the newest that this guard was tested with. Fix: take"
                    + " OkHttp 4.12 to 5.%d, or a newer Holdfast")
                .formatted(version, NEWEST_MINOR, NEWEST_MINOR))
        : Optional.empty();
  }

  /** An exchange that the guard sees only a part of. */
  void passes(boolean inCall, @Nullable Connection connection) {
    if (!inCall) {
      warn("its calls do not pass the guard's interceptor, which was taken out of the builder");
    } else if (connection != null && !Carriers.passesBy(connection)) {
      warn(
          "a connection's socket is not the guard's: the client shares its pool with one that has"
              + " no guard, or another SocketFactory was set behind the guard's");
    }
  }

  private void warn(String what) {
    if (told.compareAndSet(false, true)) {
      LOG.warn(
          "{}: half installed: {}. Install the guard last, in the builder that the client is built"
              + " by: guard.install(builder).build()",
          name,
          what);
    }
  }

  /** Whether something was told. */
  boolean isHalf() {
    return told.get();
  }
}
