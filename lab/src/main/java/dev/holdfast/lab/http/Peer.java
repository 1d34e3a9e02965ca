package dev.holdfast.lab.http;

import dev.holdfast.lab.Loopback;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLSocket;

/** The server's end of one connection; one thread reads and answers, others may disturb it. */
final class Peer implements Runnable {

  /** What is read after the server's FIN, so that the client meets no reset for what it sent. */
  private static final int LINGER_MILLIS = 100;

  private final FaultServer server;

  /** The TCP socket; the same as {@link #socket} without TLS. */
  private final Socket wire;

  private final Socket socket;
  private boolean idle;
  private volatile boolean ended;

  Peer(FaultServer server, Socket wire, Socket socket) {
    this.server = server;
    this.wire = wire;
    this.socket = socket;
  }

  @Override
  public void run() {
    try {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (!ended && serve(in)) {
        idle(true);
      }
    } catch (IOException | InterruptedException gone) {
      // the client's or the server's end of it
    } finally {
      closeBehindDisturbance();
      server.forget(this);
    }
  }

  /** A client that closes on the first byte of {@link #disturb} must not close under its others. */
  private synchronized void closeBehindDisturbance() {
    closeWire();
  }

  /**
   * @return whether the connection stays
   */
  private boolean serve(InputStream in) throws IOException, InterruptedException {
    in.mark(1);
    if (in.read() < 0 || !begin()) {
      return false;
    }
    server.awaitThaw();
    in.reset();
    Exchange exchange = server.begin();
    if (exchange instanceof Exchange.RequestCut cut) {
      in.skipNBytes(1);
      for (int read = 1; read < cut.bytes() && in.read() >= 0; read++) {}
      return end(cut.ending());
    }
    Request request = Request.read(in);
    server.awaitThaw();
    server.executed(request);
    if (exchange instanceof Exchange.Answered answered) {
      send(answered.answer().bytes(request));
      return end(answered.answer().close() ? Ending.FIN : Ending.OPEN);
    }
    if (exchange instanceof Exchange.AnswerCut cut) {
      byte[] whole = cut.answer().bytes(request);
      send(Arrays.copyOf(whole, Math.min(whole.length, cut.bytes())));
      return end(cut.ending());
    }
    if (exchange instanceof Exchange.Babbled babbled) {
      send(babbled.text().getBytes(StandardCharsets.ISO_8859_1));
      return end(babbled.ending());
    }
    return end(((Exchange.Unanswered) exchange).ending());
  }

  private void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  private boolean end(Ending ending) throws IOException {
    switch (ending) {
      case OPEN -> {
        return true;
      }
      case RST -> reset();
      case FIN -> {
        sayEnd();
        linger();
      }
    }
    return false;
  }

  private void reset() throws IOException {
    wire.setSoLinger(true, 0);
    wire.close();
  }

  private void sayEnd() throws IOException {
    if (socket instanceof SSLSocket) {
      socket.shutdownOutput(); // close_notify
    }
    if (!wire.isOutputShutdown()) {
      wire.shutdownOutput();
    }
  }

  private void linger() {
    try {
      wire.setSoTimeout(LINGER_MILLIS);
      while (wire.getInputStream().read(new byte[1024]) >= 0) {}
    } catch (IOException over) {
      // nothing came, or the client has gone
    }
  }

  /** A read under way as the connection is closed here may still return with a byte. */
  private synchronized boolean begin() {
    idle = false;
    return !ended;
  }

  private synchronized void idle(boolean now) {
    idle = now;
  }

  synchronized boolean isIdle() {
    return idle && !ended;
  }

  /**
   * Sends bytes nobody asked for.
   *
   * @return whether the connection was idle and they are sent
   */
  synchronized boolean disturb(byte[] bytes, Ending ending) {
    if (!isIdle()) {
      return false;
    }
    ended = ending != Ending.OPEN;
    try {
      send(bytes);
    } catch (IOException gone) {
      return false;
    }
    try {
      disturbEnd(ending);
      return true;
    } catch (IOException gone) {
      return bytes.length > 0; // it has closed on what it has read
    }
  }

  private void disturbEnd(Ending ending) throws IOException {
    switch (ending) {
      case OPEN -> {}
      case RST -> reset();
      case FIN -> {
        sayEnd();
        closeWire(); // its reader has read all there was
      }
    }
  }

  /** Until the client's kernel has what {@link #disturb} has sent. */
  void awaitHeard(Ending ending) {
    if (ending == Ending.OPEN) {
      Loopback.awaitArrived(server.port(), wire.getPort());
    } else {
      Loopback.awaitEndHeard(server.port(), wire.getPort());
    }
  }

  void closeWire() {
    ended = true;
    try {
      wire.close();
    } catch (IOException ignored) {
      // it is gone either way
    }
  }
}
