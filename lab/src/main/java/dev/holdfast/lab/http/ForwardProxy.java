package dev.holdfast.lab.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A forward proxy on a loopback port: tunnels ({@code CONNECT}), and plain requests whose target is
 * a whole URI, all of one connection to the server of the first. Passes on to loopback only; two
 * daemon threads for each connection. Thread-safe.
 */
public final class ForwardProxy implements AutoCloseable {

  private static final int MAX_HEAD = 16 * 1024;

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong tunnels = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "holdfast-lab-proxy");
            thread.setDaemon(true);
            return thread;
          });

  private ForwardProxy(ServerSocket listener) {
    this.listener = listener;
    threads.execute(this::accept);
  }

  /**
   * Starts a proxy.
   *
   * @return a proxy, to be closed
   */
  public static ForwardProxy start() {
    try {
      return new ForwardProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      throw new IllegalStateException("no proxy on loopback", e);
    }
  }

  /**
   * Its port.
   *
   * @return a port on 127.0.0.1
   */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * How many connections it has passed on.
   *
   * @return since the start, tunnels too
   */
  public long connections() {
    return connections.get();
  }

  /**
   * How many tunnels it has dug.
   *
   * @return since the start
   */
  public long tunnels() {
    return tunnels.get();
  }

  /**
   * How many sockets it holds, two for each connection that it passes on. A connection that the
   * server has ended is ended towards the client first and then not counted any more.
   *
   * @return 0 once every end was passed on
   */
  public int open() {
    return sockets.size();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        threads.execute(() -> serve(client));
      }
    } catch (IOException closed) {
      // by close()
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      String[] start = head.split(" ", 3);
      boolean tunnel = start[0].equals("CONNECT");
      URI server = URI.create(tunnel ? "tcp://" + start[1] : start[1]);
      try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
        sockets.add(upstream);
        connections.incrementAndGet();
        if (tunnel) {
          tunnels.incrementAndGet();
          client.getOutputStream().write(Request.ascii("HTTP/1.1 200 Tunnel\r\n\r\n"));
        } else {
          upstream.getOutputStream().write(Request.ascii(head));
        }
        threads.execute(() -> copy(upstream, client));
        copy(client, upstream);
        sockets.remove(upstream);
      }
    } catch (IOException | RuntimeException gone) {
      // one end of it, or what came was no request
    } finally {
      sockets.remove(client);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || head.length() > MAX_HEAD) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** Until one side ends, then both do. */
  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // the other direction has closed it
    }
  }

  /** Ends every connection. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException ignored) {
      // gone either way
    }
    threads.shutdownNow();
  }
}
