package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.NameWatch;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The names that a guard's connections were dialled by, each looked up again by whoever resolved it
 * for them: see {@link NameWatch}. Thread-safe.
 */
public final class DialledNames implements AutoCloseable {

  /** What is said of a connection that is not used again for that. */
  public static final String LEFT = "its name leads elsewhere";

  private final @Nullable NameWatch watch;

  /**
   * Watches nothing yet.
   *
   * @param period how often names are looked up; empty for never
   * @param onLeft hears of a name that has left its address, on the thread that looks names up
   */
  public DialledNames(Optional<Duration> period, Consumer<DialledName> onLeft) {
    this.watch =
        period
            .map(
                each ->
                    NameWatch.ofEachName(
                        each, (host, by, gone) -> onLeft.accept(new DialledName(host, by, gone))))
            .orElse(null);
  }

  /**
   * Whether names are watched at all.
   *
   * @return false if that is switched off, or the JVM keeps names for ever
   */
  public boolean areWatched() {
    return watch != null;
  }

  /**
   * A connection was made, or is kept although its name has left its address.
   *
   * @param name by which it was dialled
   */
  public void connected(DialledName name) {
    if (watch != null) {
      watch.connected(name.host(), name.by(), name.address());
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
