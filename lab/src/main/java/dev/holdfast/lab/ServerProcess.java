package dev.holdfast.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A child process with its own directory; neither outlives {@link #end()} or the JVM. */
final class ServerProcess {
  private static final Duration SIGNAL_DEADLINE = Duration.ofSeconds(10);

  private final String name;
  private final Path dir;
  private final List<String> command;
  private final Thread hook;
  private volatile Process process;

  /**
   * @param name for threads and messages
   * @param dir its working directory, deleted at its end
   */
  ServerProcess(String name, Path dir, List<String> command) throws IOException {
    this.name = name;
    this.dir = dir;
    this.command = List.copyOf(command);
    this.process = launch();
    this.hook = new Thread(this::endNow, "holdfast-lab-" + name + "-" + process.pid() + "-end");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(command)
        .directory(dir.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  String name() {
    return name;
  }

  boolean alive() {
    return process.isAlive();
  }

  String logText() {
    try {
      return Files.readString(log()).strip();
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  void stop() {
    signal("STOP");
    // The kernel takes the signal when the process is next scheduled; field 3 of /proc/PID/stat.
    if (Files.exists(stat())) {
      Await.until(name + " is stopped", SIGNAL_DEADLINE, () -> schedulerState() == 'T');
    }
  }

  void resume() {
    signal("CONT");
  }

  /** SIGKILL; the directory stays for {@link #restart()}. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(SIGNAL_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the same command line in the same directory. */
  void restart() {
    if (alive()) {
      throw new IllegalStateException(name + " still runs");
    }
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the process and deletes the directory; again without effect. */
  void end() {
    endNow();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook runs, or has run, on its own.
    }
  }

  private void endNow() {
    kill();
    deleteTree(dir);
  }

  private void signal(String signal) {
    try {
      // The shell's own kill: minimal images have no kill binary.
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = kill.waitFor(SIGNAL_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended || kill.exitValue() != 0) {
        throw new IllegalStateException("SIG" + signal + " could not be sent to " + process);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while sending SIG" + signal, e);
    }
  }

  private char schedulerState() {
    try {
      String stat = Files.readString(stat());
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path stat() {
    return Path.of("/proc", Long.toString(process.pid()), "stat");
  }

  private Path log() {
    return dir.resolve("output.log");
  }

  static void deleteTree(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException ignored) {
      // A directory under the temp dir is not worth failing a close for.
    }
  }
}
