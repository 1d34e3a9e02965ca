package dev.holdfast.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A real nginx that answers every request with {@code 200} and its connection's number, in one
 * process. It keeps a record of what it has executed.
 */
public final class NginxServer extends LabServer {

  /** The request header that names a request in {@link #requests()}. */
  public static final String REQUEST_ID = "X-Request-Id";

  private static final int PATIENCE_MILLIS = 5_000;

  /**
   * One request that nginx has executed, whether or not its answer arrived.
   *
   * @param id what {@link #REQUEST_ID} said, {@code -} if nothing
   * @param method for example {@code GET}
   * @param uri path and query
   * @param status the answer's; 499 if nginx saw the client leave before
   * @param connection nginx's number of the connection
   */
  public record Request(String id, String method, String uri, int status, long connection) {

    private static Request parse(String line) {
      String[] fields = line.split(" ", 5);
      return new Request(
          fields[4], fields[2], fields[3], Integer.parseInt(fields[1]), Long.parseLong(fields[0]));
    }
  }

  private final Path accessLog;
  private final int tlsPort;
  private final int http2Port;
  private final @Nullable TlsFiles tls;

  private NginxServer(
      ServerProcess process,
      ServerHost host,
      int port,
      Path accessLog,
      int tlsPort,
      int http2Port,
      @Nullable TlsFiles tls) {
    super(process, host, port);
    this.accessLog = accessLog;
    this.tlsPort = tlsPort;
    this.http2Port = http2Port;
    this.tls = tls;
  }

  /**
   * Begins a server with options.
   *
   * @return a builder with nginx's own default of 75 s for idle connections
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The TLS port.
   *
   * @return a port beside {@link #port()}
   * @throws IllegalStateException if started without TLS
   */
  public int tlsPort() {
    requireTls();
    return tlsPort;
  }

  /**
   * The port of HTTP/2 without TLS.
   *
   * @return a port beside {@link #port()}
   * @throws IllegalStateException if started without HTTP/2
   */
  public int http2Port() {
    if (http2Port == 0) {
      throw new IllegalStateException("This server was started without http2()");
    }
    return http2Port;
  }

  /**
   * Trusts this server under the names {@code localhost} and 127.0.0.1.
   *
   * @return a context for clients
   * @throws IllegalStateException if started without TLS
   */
  public SSLContext clientContext() {
    return TlsIdentity.read(requireTls()).client();
  }

  private TlsFiles requireTls() {
    if (tls == null) {
      throw new IllegalStateException("This server was started without tls()");
    }
    return tls;
  }

  /**
   * Reads the access log: a request is in it shortly after its answer was sent.
   *
   * @return what has been executed since the first start, in this order
   */
  public List<Request> requests() {
    try {
      String text = Files.readString(accessLog);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Request::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Counts the executions of one request.
   *
   * @param id its {@link #REQUEST_ID}
   * @return how often it is in {@link #requests()}
   */
  public long executions(String id) {
    return requests().stream().filter(request -> request.id().equals(id)).count();
  }

  /**
   * Counts the executions of a request that was answered, once it is in the log: nginx may answer
   * the head, and logs when it has the body.
   *
   * @param id its {@link #REQUEST_ID}
   * @param deadline how long to wait at most
   * @return how often it is in {@link #requests()}, at least once
   * @throws IllegalStateException if it is not there before the deadline
   */
  public long executionsOfAnswered(String id, Duration deadline) {
    Await.until("the log has " + id, deadline, () -> executions(id) > 0);
    return executions(id);
  }

  /**
   * Counts the executions of every request, in one reading.
   *
   * @return how often each {@link #REQUEST_ID} is in {@link #requests()}
   */
  public Map<String, Long> executions() {
    return requests().stream().collect(Collectors.groupingBy(Request::id, Collectors.counting()));
  }

  @Override
  boolean answers() {
    try {
      URI ready = URI.create("http://%s:%d/ready".formatted(host.address(), port()));
      HttpURLConnection connection = (HttpURLConnection) ready.toURL().openConnection();
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      connection.setRequestProperty("Connection", "close");
      return connection.getResponseCode() == HttpURLConnection.HTTP_NO_CONTENT;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Options of a server to be started. Not thread-safe. */
  public static final class Builder {
    private final List<String> directives = new ArrayList<>();
    private ServerHost host = ServerHost.LOOPBACK;
    private Duration keepAlive = Duration.ofSeconds(75);
    private int port;
    private boolean tls;
    private boolean http2;

    private Builder() {}

    /**
     * Sets {@code keepalive_timeout}: nginx closes connections idle for longer.
     *
     * @param timeout in milliseconds; zero closes after every answer
     * @return this builder
     */
    public Builder keepAliveTimeout(Duration timeout) {
      this.keepAlive = timeout;
      return this;
    }

    /**
     * Listens on a given port instead of a free one, for example that of a Redis on another host.
     *
     * @param plainPort the port
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
     * Opens a TLS port beside the plain one; no client certificate is asked for.
     *
     * @return this builder
     */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /**
     * Opens a port for HTTP/2 with prior knowledge beside the plain one.
     *
     * @return this builder
     */
    public Builder http2() {
      this.http2 = true;
      return this;
    }

    /**
     * Adds directives to the configuration's {@code server} block.
     *
     * @param more for example {@code "keepalive_requests 5;"}
     * @return this builder
     */
    public Builder directives(String... more) {
      directives.addAll(List.of(more));
      return this;
    }

    /**
     * Starts the server and waits until it answers.
     *
     * @return the server, ready for requests
     * @throws IllegalStateException if there is no nginx or it does not become ready; the message
     *     says why
     */
    public NginxServer start() {
      return LabServer.start("nginx", this::startIn);
    }

    private NginxServer startIn(Path dir) throws IOException {
      int listen = port == 0 ? freePort() : port;
      Path log = dir.resolve("access.log");
      TlsFiles files = tls ? TlsFiles.create(dir) : null;
      int secured = tls ? freePort() : 0;
      int multiplexed = http2 ? freePort() : 0;
      String more = tlsLines(files, secured) + http2Line(multiplexed);
      Path file =
          Files.writeString(dir.resolve("nginx.conf"), configuration(dir, log, listen, more));
      List<String> line = new ArrayList<>(host.enter());
      line.add(binary().toString());
      line.addAll(List.of("-p", dir.toString(), "-c", file.toString(), "-e", "stderr"));
      ServerProcess process = new ServerProcess("nginx", dir, line);
      return new NginxServer(process, host, listen, log, secured, multiplexed, files);
    }

    private String http2Line(int multiplexed) {
      return http2 ? "listen %s:%d http2;".formatted(address(), multiplexed) : "";
    }

    private String tlsLines(@Nullable TlsFiles files, int secured) {
      return files == null
          ? ""
          : "listen %s:%d ssl; ssl_certificate %s; ssl_certificate_key %s;"
              .formatted(address(), secured, files.certificatePem(), files.keyPem());
    }

    private String address() {
      return host.isLoopback() ? "127.0.0.1" : "0.0.0.0";
    }

    /**
     * One process, which signals reach as a whole. Root stays root: in a user namespace there is no
     * other user to change to.
     */
    private String configuration(Path dir, Path log, int listen, String more) {
      return """
          daemon off;
          master_process off;
          user root;
          pid %1$s/nginx.pid;
          error_log stderr;
          events { }
          http {
            log_format executed '$connection $status $request_method $request_uri $http_x_request_id';
            access_log %2$s executed;
            client_body_temp_path %1$s/body;
            proxy_temp_path %1$s/proxy;
            fastcgi_temp_path %1$s/fastcgi;
            uwsgi_temp_path %1$s/uwsgi;
            scgi_temp_path %1$s/scgi;
            keepalive_timeout %3$dms;
            server {
              listen %4$s:%5$d;
              %6$s
              %7$s
              location = /ready { access_log off; return 204; }
              location / { return 200 "$connection\\n"; }
            }
          }
          """
          .formatted(
              dir,
              log,
              keepAlive.toMillis(),
              address(),
              listen,
              more,
              String.join("\n    ", directives));
    }

    /** Debian has it where only root looks. */
    private static Path binary() {
      String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
      return Stream.of(path.split(File.pathSeparator, -1))
          .filter(entry -> !entry.isEmpty())
          .map(entry -> Path.of(entry, "nginx"))
          .filter(Files::isExecutable)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("nginx is not on PATH: install nginx"));
    }
  }
}
