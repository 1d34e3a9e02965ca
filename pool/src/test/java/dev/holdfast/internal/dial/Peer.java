package dev.holdfast.internal.dial;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that treats each connection as its script says, the last line for all further ones. */
final class Peer implements AutoCloseable {

  /** What happens on one connection. */
  interface Act {
    void on(Socket socket) throws IOException;
  }

  private final ServerSocket server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();

  private Peer(ServerSocket server) {
    this.server = server;
  }

  static Peer plays(Act... acts) throws IOException {
    Peer peer = new Peer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    peer.threads.execute(() -> peer.serve(List.of(acts)));
    return peer;
  }

  /** Never accepts, and its queue is full: further SYNs are not answered. */
  static Peer full() throws IOException {
    Peer peer = new Peer(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    for (int i = 0; i < 2; i++) {
      peer.accepted.add(new Socket(peer.address().getAddress(), peer.address().getPort()));
    }
    return peer;
  }

  /** Makes room for the connections that wait, after the time a test needs. */
  void acceptAll(Act act) {
    threads.execute(() -> serve(List.of(act)));
  }

  static Act says(String text) {
    return socket -> write(socket, text);
  }

  static Act hangsUp() {
    return Socket::close;
  }

  /** Closes with an RST. */
  static Act resets() {
    return socket -> {
      socket.setSoLinger(true, 0);
      socket.close();
    };
  }

  /** Hangs up on the probe, but serves a client that asks something else. */
  static Act hangsUpOn(String probe, String otherwise) {
    return socket -> {
      byte[] first = socket.getInputStream().readNBytes(probe.length());
      if (new String(first, StandardCharsets.US_ASCII).equals(probe)) {
        socket.close();
      } else {
        write(socket, otherwise);
      }
    };
  }

  /** Answers the probe with one line, and then says another. */
  static Act answers(String probe, String answer, String then) {
    return socket -> {
      InputStream in = socket.getInputStream();
      String asked = new String(in.readNBytes(probe.length()), StandardCharsets.US_ASCII);
      write(socket, asked.equals(probe) ? answer : "?");
      in.read();
      write(socket, then);
    };
  }

  static Act when(CompletableFuture<?> go, Act act) {
    return socket -> {
      go.join();
      act.on(socket);
    };
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  int connections() {
    return accepted.size();
  }

  private void serve(List<Act> script) {
    Iterator<Act> acts = new ArrayList<>(script).iterator();
    Act act = Socket::close;
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        accepted.add(socket);
        act = acts.hasNext() ? acts.next() : act;
        Act now = act;
        threads.execute(() -> run(now, socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void run(Act act, Socket socket) {
    try {
      act.on(socket);
    } catch (IOException gone) {
      // the client has closed the connection: its test says whether it should have
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : accepted) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
