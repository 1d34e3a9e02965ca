package dev.holdfast.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/** Finds a redis-server that runs here: the system's, else the one bundled with embedded-redis. */
final class RedisBinary {
  private static final long VERSION_DEADLINE_SECONDS = 20;

  private RedisBinary() {}

  /**
   * @param dir where the bundled binary may be unpacked
   * @throws IllegalStateException if none runs; the message says why for each
   */
  static Path find(Path dir) {
    return find(dir, System.getenv().getOrDefault("PATH", ""));
  }

  static Path find(Path dir, String path) {
    List<String> reasons = new ArrayList<>();
    for (String entry : path.split(File.pathSeparator, -1)) {
      Path candidate = Path.of(entry, "redis-server");
      if (!entry.isEmpty() && Files.isExecutable(candidate) && runs(candidate, dir, reasons)) {
        return candidate;
      }
    }
    if (reasons.isEmpty()) {
      reasons.add("no redis-server on PATH");
    }
    Path bundled = unpack(dir, reasons);
    if (bundled != null && runs(bundled, dir, reasons)) {
      return bundled;
    }
    throw new IllegalStateException(
        "No redis-server can be run: "
            + String.join("; ", reasons)
            + ". Install Redis 6.2 or later so that redis-server is on PATH.");
  }

  private static @Nullable Path unpack(Path dir, List<String> reasons) {
    try {
      return ExecutableProvider.newJarResourceProvider(dir.toFile()).get().toPath();
    } catch (IOException | RuntimeException e) {
      reasons.add("embedded-redis has no binary for this platform (" + e.getMessage() + ")");
      return null;
    }
  }

  private static boolean runs(Path binary, Path dir, List<String> reasons) {
    try {
      Path output = Files.createTempFile(dir, "version", ".txt");
      Process process =
          new ProcessBuilder(binary.toString(), "--version")
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(VERSION_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        reasons.add(binary + " --version did not end");
        return false;
      }
      if (process.exitValue() == 0) {
        return true;
      }
      reasons.add(binary + " --version failed: " + Files.readString(output).strip());
    } catch (IOException e) {
      reasons.add(binary + " cannot be executed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reasons.add("interrupted while trying " + binary);
    }
    return false;
  }
}
