package dev.holdfast.benchmarks.soak;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.ServerHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A real HAProxy in front of Redis: its kernel acknowledges what Redis has not read. */
final class HaProxy implements AutoCloseable {

  static final int PORT = 6_390;

  private static final Duration SOON = Duration.ofSeconds(10);

  private static final String CONFIG =
      """
      defaults
        mode tcp
        timeout connect 1s
        timeout client 1h
        timeout server 1h
      listen redis
        bind :%d
        server redis 127.0.0.1:%d
      """;

  private final Process process;
  private final Path dir;

  private HaProxy(Process process, Path dir) {
    this.process = process;
    this.dir = dir;
  }

  /**
   * Starts one beside a Redis.
   *
   * @return empty where none is installed
   */
  static Optional<HaProxy> start(ServerHost host, int redisPort) throws IOException {
    if (!isInstalled()) {
      return Optional.empty();
    }
    Path dir = Files.createTempDirectory("soak-haproxy");
    Path config = Files.writeString(dir.resolve("haproxy.cfg"), CONFIG.formatted(PORT, redisPort));
    List<String> command = new ArrayList<>(host.enter());
    command.addAll(List.of("haproxy", "-db", "-f", config.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("output.log").toFile())
            .start();
    HaProxy proxy = new HaProxy(process, dir);
    Await.until("HAProxy listens", SOON, () -> listens(host.address()));
    return Optional.of(proxy);
  }

  private static boolean isInstalled() {
    try {
      return new ProcessBuilder("haproxy", "-v")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notOnPath) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean listens(String address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, PORT), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Files.deleteIfExists(dir.resolve("haproxy.cfg"));
      Files.deleteIfExists(dir.resolve("output.log"));
      Files.deleteIfExists(dir);
    } catch (IOException undeleted) {
      throw new UncheckedIOException(undeleted);
    }
  }
}
