package dev.holdfast.http.okhttp;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A user's sockets, of which one write fails when the kernel has taken all of it, as later ones do.
 */
final class BreakingSockets extends SocketFactory {

  private final AtomicReference<@Nullable Runnable> meanwhile = new AtomicReference<>();

  /**
   * @param runs once the kernel has it, before the writer hears
   */
  void breakAfterTheNextWrite(Runnable runs) {
    meanwhile.set(runs);
  }

  @Override
  public Socket createSocket() {
    return new Socket() {
      private volatile boolean broken;

      @Override
      public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            if (broken) {
              throw new SocketException("Broken pipe");
            }
            out.write(bytes, from, length);
            Runnable runs = meanwhile.getAndSet(null);
            if (runs != null) {
              broken = true;
              runs.run();
              throw new SocketException("Connection reset by peer");
            }
          }
        };
      }
    };
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }
}
