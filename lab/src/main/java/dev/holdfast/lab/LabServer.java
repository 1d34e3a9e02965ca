package dev.holdfast.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A server of its own process, on a loopback port or on another {@link ServerHost}. It keeps
 * nothing: its directory goes with it.
 *
 * <p>Neither {@link #close()} nor the end of the JVM leaves a process behind, except when the JVM
 * itself is killed hard outside a process namespace of its own. All methods are thread-safe. Needs
 * a POSIX system.
 */
public abstract sealed class LabServer implements AutoCloseable permits NginxServer, RedisServer {
  private static final Duration READY_DEADLINE = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 3;

  final ServerHost host;
  private final ServerProcess process;
  private final int port;

  LabServer(ServerProcess process, ServerHost host, int port) {
    this.process = process;
    this.host = host;
    this.port = port;
  }

  /** Starts a server's process in a directory made for it. */
  interface Launch<S extends LabServer> {
    S in(Path dir) throws IOException;
  }

  /**
   * @param name of the program
   * @return the server, once it answers
   * @throws IllegalStateException if it does not; the message says why
   */
  static <S extends LabServer> S start(String name, Launch<S> launch) {
    IllegalStateException last = new IllegalStateException("not tried");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return startOnce(name, launch);
      } catch (IllegalStateException e) {
        last = e;
        if (!isPortTaken(String.valueOf(e.getMessage()))) {
          break;
        }
      }
    }
    throw last;
  }

  /**
   * It was free a moment ago; or the same one was found free twice, which is nginx' own message.
   */
  private static boolean isPortTaken(String message) {
    return message.contains("Address already in use") || message.contains("duplicate listen");
  }

  private static <S extends LabServer> S startOnce(String name, Launch<S> launch) {
    Path dir = null;
    try {
      dir = Files.createTempDirectory("holdfast-" + name);
      S server = launch.in(dir);
      try {
        server.awaitReady();
      } catch (IllegalStateException e) {
        server.close();
        throw e;
      }
      return server;
    } catch (IOException | IllegalStateException e) {
      if (dir != null) {
        ServerProcess.deleteTree(dir);
      }
      throw e instanceof IllegalStateException plain
          ? plain
          : new IllegalStateException(name + " could not be started", e);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static int requirePort(int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("not a port: " + port);
    }
    return port;
  }

  /**
   * The plain-text port.
   *
   * @return a port on 127.0.0.1, or of its {@link ServerHost}
   */
  public int port() {
    return port;
  }

  /**
   * Stops the process (SIGSTOP): its kernel still accepts connections and acknowledges data, but
   * nothing is read or answered. Returns once it stands still.
   */
  public void freeze() {
    process.stop();
  }

  /** Lets a frozen process go on (SIGCONT). */
  public void thaw() {
    process.resume();
  }

  /**
   * Kills the process hard (SIGKILL), frozen or not, and waits for its end: its kernel closes the
   * connections, with an RST where it had not read everything. {@link #restart()} brings it back.
   */
  public void kill() {
    process.kill();
  }

  /**
   * Starts a killed server anew on the same port, with the same options and without data.
   *
   * @throws IllegalStateException if it still runs, or does not become ready
   */
  public void restart() {
    process.restart();
    awaitReady();
  }

  /** Kills the process hard, frozen or not, waits for its end and deletes its directory. */
  @Override
  public void close() {
    process.end();
  }

  /** Whether the server answers a request. */
  abstract boolean answers();

  void awaitReady() {
    Await.until(process.name() + " answers", READY_DEADLINE, () -> !process.alive() || answers());
    if (!process.alive()) {
      throw new IllegalStateException(process.name() + " ended at start: " + process.logText());
    }
  }
}
