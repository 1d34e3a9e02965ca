package dev.holdfast.benchmarks.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long a Redis that starts again takes to load what it has kept, and says so to its clients.
 * Its command line includes a file, which every start reads anew.
 */
final class Loading implements AutoCloseable {

  /** What a sleep of one microsecond takes: {@code PR_SET_TIMERSLACK} is 50 by default. */
  private static final long SLACK_MICROS = 55;

  private final Path file;

  private Loading(Path file) {
    this.file = file;
  }

  static Loading create() {
    try {
      return new Loading(Files.createTempFile("soak-redis", ".conf"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For the command line. */
  String file() {
    return file.toString();
  }

  /**
   * The next start takes about so long.
   *
   * @param commands there are to load
   */
  void takes(Duration time, long commands) {
    long micros = TimeUnit.NANOSECONDS.toMicros(time.toNanos());
    long each = micros / Math.max(1, commands) - SLACK_MICROS;
    // A negative delay is one microsecond for one command of so many (src/debug.c, debugDelay).
    write("key-load-delay " + (each > 0 ? each : -Math.max(1, commands * SLACK_MICROS / micros)));
  }

  /** It takes as long as it has to. */
  void takesNoLonger() {
    write("");
  }

  private void write(String line) {
    try {
      Files.writeString(file, line + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
