package dev.holdfast.benchmarks.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A scripted server on loopback, in plain text, with TLS, or a proxy that leads to itself. It keeps
 * what it was asked, on which of its connections. A thread for each connection.
 */
final class Origin implements AutoCloseable {

  /**
   * The header of a request whose body fails in the client's hands: its connection is reset then,
   * so it is chance whether what was sent arrives.
   */
  static final String CUT = "X-Cut";

  private final String name;
  private final ServerSocket listener;
  private final Journal journal;
  private final Answers answers;
  private final @Nullable SSLContext tls;
  private final boolean secure;
  private final boolean proxyAsks;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param listener bound already, for its address is part of the answers
   * @param tls for what is behind its tunnels, and for all where it is secure
   * @param secure whether every connection begins with a handshake
   * @param proxyAsks whether a proxy's clients have to name themselves
   */
  Origin(
      String name,
      ServerSocket listener,
      Journal journal,
      Answers answers,
      @Nullable SSLContext tls,
      boolean secure,
      boolean proxyAsks) {
    this.name = name;
    this.listener = listener;
    this.journal = journal;
    this.answers = answers;
    this.tls = tls;
    this.secure = secure;
    this.proxyAsks = proxyAsks;
    start(this::accept);
  }

  static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException | InterruptedException over) {
                // the client or the run has ended it
              }
            },
            "origin");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket socket = listener.accept();
      socket.setTcpNoDelay(true);
      sockets.add(socket);
      String connection = name + " connection " + connections.incrementAndGet();
      start(
          () -> {
            try (socket) {
              serve(secure ? handshake(socket) : socket, connection);
            }
          });
    }
  }

  private Socket handshake(Socket socket) throws IOException {
    if (tls == null) {
      throw new IOException("no TLS");
    }
    SSLSocket secured =
        (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
    secured.setUseClientMode(false);
    secured.startHandshake();
    return secured;
  }

  private void serve(Socket socket, String connection) throws IOException, InterruptedException {
    InputStream in = socket.getInputStream();
    boolean goesOn = true;
    while (goesOn) {
      Asked request = Asked.read(in);
      if (isUnnamed(request)) {
        take(request, socket);
        journal(connection, request, "");
        send(socket, Answers.unauthorized("407 Who", "Proxy-Authenticate: Basic realm=\"p\""));
      } else if (request.method().equals("CONNECT")) {
        journal(connection, request, "");
        send(socket, "HTTP/1.1 200 Go\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        serve(handshake(socket), connection + " tunnel");
        return;
      } else {
        goesOn = serve(request, socket, connection);
      }
    }
    socket.shutdownOutput();
    in.readAllBytes();
  }

  private void journal(String connection, Asked request, String path) {
    if (request.header(CUT.toLowerCase(Locale.ROOT)).isEmpty()) {
      journal.add(connection, request, path);
    }
  }

  private boolean isUnnamed(Asked request) {
    return proxyAsks && request.header("proxy-authorization").isEmpty() && !isWithin(request);
  }

  /** Within a tunnel the proxy is not met. */
  private static boolean isWithin(Asked request) {
    return !request.method().equals("CONNECT") && request.path().length() == request.targetLength();
  }

  private boolean serve(Asked request, Socket socket, String connection)
      throws IOException, InterruptedException {
    boolean hasty = request.kind().equals("hasty");
    boolean unread = hasty || (request.kind().equals("early") && request.expects());
    if (!unread) {
      take(request, socket);
    }
    journal(connection, request, request.path());
    if (request.kind().equals("slow")) {
      closed.await();
    }
    send(socket, isContent(request) ? answers.plain(request) : answers.to(request));
    if (request.kind().equals("stall") && !request.method().equals("HEAD")) {
      closed.await();
    }
    if (hasty) {
      request.readBody(socket.getInputStream());
    }
    return switch (request.kind()) {
      case "closed", "closes", "old", "cut", "cutchunk", "early", "hasty" -> false;
      default -> true;
    };
  }

  private static void take(Asked request, Socket socket) throws IOException {
    if (request.expects()) {
      send(socket, Answers.interim(100));
    }
    request.readBody(socket.getInputStream());
  }

  /** Whether a request that had to come twice has come for the second time. */
  private boolean isContent(Asked request) {
    return switch (request.kind()) {
      case "basic", "digest" -> !request.header("authorization").isEmpty();
      case "busy" -> !journal.first("busy " + request.path());
      default -> false;
    };
  }

  private static void send(Socket socket, byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket socket : List.copyOf(sockets)) {
      socket.close();
    }
  }
}
