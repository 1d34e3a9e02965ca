package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Loopback;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;

/** A forward proxy between client and server. */
final class ProxyTest {

  /**
   * Passes everything on, after {@code 200} to a {@code CONNECT}. One thread for each direction.
   */
  private static final class Proxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int serverPort;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private Proxy(int serverPort) throws IOException {
      this.serverPort = serverPort;
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      start(this::accept);
    }

    private static void start(Runnable task) {
      Thread thread = new Thread(task, "proxy");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = listener.accept();
          Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
          sockets.addAll(List.of(client, server));
          start(() -> serve(client, server));
        }
      } catch (IOException closed) {
        // the test is over
      }
    }

    private static void serve(Socket client, Socket server) {
      try {
        StringBuilder head = new StringBuilder();
        InputStream in = client.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
          int next = in.read();
          if (next < 0) {
            return;
          }
          head.append((char) next);
        }
        if (head.indexOf("CONNECT ") == 0) {
          client
              .getOutputStream()
              .write("HTTP/1.1 200 Tunnel\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } else {
          server.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
        start(() -> pass(server, client));
        pass(client, server);
      } catch (IOException closed) {
        // the test is over
      }
    }

    private static void pass(Socket from, Socket to) {
      try (from;
          to) {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException closed) {
        // the other side is closed too
      }
    }

    private void endAll() {
      for (Socket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    /** By the client, of all that were closed: a socket says so before its FIN is sent. */
    private void awaitEndsHeard() {
      for (Socket socket : sockets) {
        Loopback.awaitEndHeard(listener.getLocalPort(), socket.getPort());
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
      endAll();
    }
  }

  private static Bed bed(FaultServer server, Proxy proxy) {
    return new Bed(
        server,
        Bed.plan(),
        guard -> guard,
        pool -> pool,
        http -> http.setProxy(new HttpHost("http", "127.0.0.1", proxy.listener.getLocalPort())));
  }

  private static void assertGuarded(FaultServer server) throws Exception {
    try (Proxy proxy = new Proxy(server.port());
        Bed bed = bed(server, proxy)) {
      assertThat(bed.send("POST", "first").body()).isEqualTo("first");
      assertThat(bed.send("POST", "second").body()).isEqualTo("second");
      assertThat(server.connections()).isEqualTo(1);
      proxy.endAll();
      proxy.awaitEndsHeard();
      assertThat(bed.send("POST", "third").body()).isEqualTo("third");
      Await.until("idle", Bed.SOON, () -> server.idle() == 1);
      server.endIdle(Ending.FIN);
      Await.until("passed on", Bed.SOON, () -> proxy.sockets.stream().allMatch(Socket::isClosed));
      proxy.awaitEndsHeard();
      assertThat(bed.send("POST", "fourth").body()).isEqualTo("fourth");
      assertThat(bed.swaps()).hasSize(2).allMatch(swap -> swap.cause() == Cause.PEER_CLOSED);
    }
  }

  @Test
  void mustGuardConnectionsToAPlainProxy() throws Exception {
    try (FaultServer server = FaultServer.plain()) {
      assertGuarded(server);
    }
  }

  @Test
  void mustGuardATunnelThroughAProxy() throws Exception {
    try (FaultServer server = FaultServer.tls()) {
      assertGuarded(server);
    }
  }
}
