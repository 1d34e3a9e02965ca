package dev.holdfast.http.proof;

import dev.holdfast.lab.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers POSTs of one small body, closes when told, and counts what it has read by then. */
final class HalfClosingServer implements AutoCloseable {

  private static final int LOOK_MILLIS = 10;
  private static final int END = -1;
  private static final int NOTHING = -2;
  private static final String END_OF_POST = "\r\n\r\nbody";
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  private final ServerSocket listener;
  private final AtomicInteger posts = new AtomicInteger();
  private final Semaphore toClose = new Semaphore(0);
  private final Semaphore closed = new Semaphore(0);
  private volatile Socket latest = new Socket();

  HalfClosingServer() throws IOException {
    listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "half-closing");
    thread.setDaemon(true);
    thread.start();
  }

  String uri() {
    return "http://localhost:" + listener.getLocalPort() + "/call";
  }

  int posts() {
    return posts.get();
  }

  void awaitPosts(int count) {
    Await.until("read", Trial.SOON, () -> posts.get() == count);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        latest = socket;
        start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setSoTimeout(LOOK_MILLIS);
      StringBuilder request = new StringBuilder();
      while (!toClose.tryAcquire()) {
        int next = read(socket.getInputStream());
        if (next == END) {
          return;
        }
        if (next != NOTHING) {
          request.append((char) next);
        }
        if (request.indexOf(END_OF_POST) >= 0) {
          request.setLength(0);
          posts.incrementAndGet();
          socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
        }
      }
      socket.close();
      closed.release();
    } catch (IOException ended) {
      // by the client, or the test
    }
  }

  private static int read(InputStream in) throws IOException {
    try {
      return in.read();
    } catch (SocketTimeoutException idle) {
      return NOTHING;
    }
  }

  /**
   * Closes the connection: what comes to it from now on is reset. The thread that reads does it, or
   * its read would keep the socket open in the kernel.
   */
  void closeLatest() {
    toClose.release();
    closed.acquireUninterruptibly();
  }

  /** Says of the latest connection that no more answers come, and goes on reading. */
  void closeOutput() {
    try {
      latest.shutdownOutput();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    latest.close();
  }
}
