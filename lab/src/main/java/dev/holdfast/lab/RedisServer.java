package dev.holdfast.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis on a free loopback port, or on another {@link ServerHost}: the system's {@code
 * redis-server}, else the binary bundled with embedded-redis. It persists nothing.
 */
public final class RedisServer extends LabServer {
  private static final int COUNTERS_PER_CALL = 500;

  private final int tlsPort;
  private final @Nullable TlsFiles tls;

  private RedisServer(
      ServerProcess process, ServerHost host, int port, int tlsPort, @Nullable TlsFiles tls) {
    super(process, host, port);
    this.tlsPort = tlsPort;
    this.tls = tls;
  }

  /**
   * Starts a server without idle timeout and without TLS.
   *
   * @return the server, ready for commands
   * @throws IllegalStateException if no redis-server can be run or it does not become ready
   */
  public static RedisServer start() {
    return builder().start();
  }

  /**
   * Begins a server with options.
   *
   * @return a builder without idle timeout and without TLS
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The TLS port.
   *
   * @return a port on 127.0.0.1
   * @throws IllegalStateException if started without TLS
   */
  public int tlsPort() {
    requireTls();
    return tlsPort;
  }

  /**
   * The server's self-signed certificate, valid for {@code localhost} and 127.0.0.1.
   *
   * @return a PEM file, deleted on close
   * @throws IllegalStateException if started without TLS
   */
  public Path certificatePem() {
    return requireTls().certificatePem();
  }

  /**
   * A PKCS #12 trust store that holds {@link #certificatePem()}.
   *
   * @return the store's file, deleted on close
   * @throws IllegalStateException if started without TLS
   */
  public Path trustStore() {
    return requireTls().trustStore();
  }

  /**
   * The password of {@link #trustStore()}.
   *
   * @return the password
   */
  public String trustStorePassword() {
    return TlsFiles.PASSWORD;
  }

  /**
   * The server's version, from {@code INFO server}.
   *
   * @return for example {@code 7.0.15}
   */
  public String version() {
    return command("INFO", "server")
        .lines()
        .filter(line -> line.startsWith("redis_version:"))
        .map(line -> line.substring("redis_version:".length()).strip())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("INFO server names no redis_version"));
  }

  /**
   * Runs one command on a connection of its own, straight to the server.
   *
   * @param args the command and its arguments
   * @return the reply as text: {@code ""} for nil, the elements of an array one per line
   * @throws IllegalStateException if Redis answers with an error
   * @throws UncheckedIOException if there is no answer within 5 s
   */
  public String command(String... args) {
    return String.join("\n", call(List.of(args)));
  }

  /**
   * Reads a counter straight from the server.
   *
   * @param key its key
   * @return its value, 0 if there is no such key
   */
  public long counter(String key) {
    return counters(List.of(key)).getOrDefault(key, 0L);
  }

  /**
   * Reads many counters straight from the server.
   *
   * @param keys their keys
   * @return a value for each key in their order, 0 where there is no such key
   */
  public Map<String, Long> counters(Collection<String> keys) {
    List<String> all = List.copyOf(keys);
    Map<String, Long> values = new LinkedHashMap<>();
    for (int from = 0; from < all.size(); from += COUNTERS_PER_CALL) {
      List<String> some = all.subList(from, Math.min(all.size(), from + COUNTERS_PER_CALL));
      List<String> command = new ArrayList<>(some);
      command.add(0, "MGET");
      List<String> reply = call(command);
      for (int i = 0; i < some.size(); i++) {
        values.put(some.get(i), reply.get(i).isEmpty() ? 0 : Long.parseLong(reply.get(i)));
      }
    }
    return values;
  }

  /**
   * Closes connections of clients, all over one of its own: this host may be short of ports.
   *
   * @param ids as {@code CLIENT LIST} tells them; those that are gone by now are passed over
   * @throws UncheckedIOException if there is no answer within 5 s
   */
  public void killClients(Collection<String> ids) {
    try (RespClient client = new RespClient(host.address(), port())) {
      for (String id : ids) {
        kill(client, id);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("No answer from Redis to CLIENT KILL", e);
    }
  }

  /**
   * Closes all connections of ordinary clients, and waits until those on this host have heard of
   * it.
   *
   * @throws UncheckedIOException if there is no answer within 5 s
   */
  public void killAllClients() {
    List<Integer> plain = Loopback.connectedTo(port());
    List<Integer> secret = tls == null ? List.of() : Loopback.connectedTo(tlsPort);
    command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    plain.forEach(client -> Loopback.awaitEndHeard(port(), client));
    secret.forEach(client -> Loopback.awaitEndHeard(tlsPort, client));
  }

  private static void kill(RespClient client, String id) throws IOException {
    try {
      client.call(List.of("CLIENT", "KILL", "ID", id));
    } catch (IllegalStateException gone) {
      // it was closed meanwhile
    }
  }

  private List<String> call(List<String> args) {
    try (RespClient client = new RespClient(host.address(), port())) {
      return client.call(args);
    } catch (IOException e) {
      throw new UncheckedIOException("No answer from Redis to " + args.get(0), e);
    }
  }

  private TlsFiles requireTls() {
    if (tls == null) {
      throw new IllegalStateException("This server was started without tls()");
    }
    return tls;
  }

  @Override
  boolean answers() {
    try (RespClient client = new RespClient(host.address(), port())) {
      return client.call(List.of("PING")).equals(List.of("PONG"));
    } catch (IOException | IllegalStateException notYet) {
      return false;
    }
  }

  /** Options of a server to be started. Not thread-safe. */
  public static final class Builder {
    private long idleTimeoutSeconds;
    private boolean tls;
    private boolean clustered;
    private int monitoredPort;
    private int port;
    private ServerHost host = ServerHost.LOOPBACK;
    private final List<String> arguments = new ArrayList<>();

    private Builder() {}

    /**
     * Sets Redis' {@code timeout}: it closes clients idle for longer. Redis looks once a second.
     *
     * @param timeout whole seconds, at least one
     * @return this builder
     * @throws IllegalArgumentException if not a positive number of whole seconds
     */
    public Builder idleTimeout(Duration timeout) {
      if (timeout.toSeconds() < 1 || !timeout.equals(Duration.ofSeconds(timeout.toSeconds()))) {
        throw new IllegalArgumentException("Redis' timeout is in whole seconds: " + timeout);
      }
      this.idleTimeoutSeconds = timeout.toSeconds();
      return this;
    }

    /**
     * Opens a TLS port beside the plain one; no client certificate is asked for.
     *
     * @return this builder
     */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /**
     * Listens on a given port instead of a free one, for example that of a server closed before.
     *
     * @param plainPort the plain-text port
     * @return this builder
     * @throws IllegalArgumentException if no port
     */
    public Builder port(int plainPort) {
      this.port = requirePort(plainPort);
      return this;
    }

    /**
     * Runs the server elsewhere, for example in a network namespace, listening on all addresses.
     *
     * @param elsewhere where
     * @return this builder
     */
    public Builder on(ServerHost elsewhere) {
      this.host = elsewhere;
      return this;
    }

    /**
     * Adds arguments to the command line, after the others.
     *
     * @param more for example {@code "--maxmemory", "1mb"}
     * @return this builder
     */
    public Builder arguments(String... more) {
      arguments.addAll(List.of(more));
      return this;
    }

    /**
     * Runs as a node of a cluster, which it has yet to meet. Its bus has a free port too.
     *
     * @return this builder
     */
    public Builder clustered() {
      this.clustered = true;
      return this;
    }

    /**
     * Runs as a Sentinel that alone watches one master under the name {@code master}.
     *
     * @param masterPort the master's port on 127.0.0.1
     * @return this builder
     */
    public Builder sentinelOf(int masterPort) {
      this.monitoredPort = masterPort;
      return this;
    }

    /**
     * Starts the server and waits until it answers.
     *
     * @return the server, ready for commands
     * @throws IllegalStateException if no redis-server can be run or it does not become ready; the
     *     message says why
     */
    public RedisServer start() {
      return LabServer.start("redis-server", this::startIn);
    }

    private RedisServer startIn(Path dir) throws IOException {
      Path binary = RedisBinary.find(dir);
      TlsFiles files = tls ? TlsFiles.create(dir) : null;
      int plainPort = port == 0 ? freePort() : port;
      int tlsPort = tls ? freePort() : 0;
      List<String> line = commandLine(binary, dir, plainPort, tlsPort, files);
      ServerProcess process = new ServerProcess("redis-server", dir, line);
      return new RedisServer(process, host, plainPort, tlsPort, files);
    }

    private List<String> commandLine(
        Path binary, Path dir, int plainPort, int tlsPort, @Nullable TlsFiles files)
        throws IOException {
      List<String> line = new ArrayList<>(host.enter());
      line.add(binary.toString());
      if (monitoredPort != 0) {
        Path file = dir.resolve("sentinel.conf"); // Sentinel keeps its state in its own file
        Files.writeString(file, "sentinel monitor master 127.0.0.1 " + monitoredPort + " 1\n");
        line.addAll(List.of(file.toString(), "--sentinel"));
      }
      if (host.isLoopback()) {
        line.addAll(List.of("--bind", "127.0.0.1"));
      } else {
        line.addAll(List.of("--bind", "0.0.0.0", "--protected-mode", "no"));
      }
      line.addAll(List.of("--port", Integer.toString(plainPort), "--dir", dir.toString()));
      line.addAll(List.of("--daemonize", "no", "--timeout", Long.toString(idleTimeoutSeconds)));
      if (monitoredPort == 0) {
        line.addAll(List.of("--save", "", "--appendonly", "no"));
      }
      if (clustered) {
        line.addAll(List.of("--cluster-enabled", "yes"));
        line.addAll(List.of("--cluster-port", Integer.toString(freePort())));
      }
      if (files != null) {
        line.addAll(List.of("--tls-port", Integer.toString(tlsPort), "--tls-auth-clients", "no"));
        line.addAll(List.of("--tls-cert-file", files.certificatePem().toString()));
        line.addAll(List.of("--tls-key-file", files.keyPem().toString()));
        line.addAll(List.of("--tls-ca-cert-file", files.certificatePem().toString()));
      }
      line.addAll(arguments);
      return line;
    }
  }
}
