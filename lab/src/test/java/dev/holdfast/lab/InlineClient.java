package dev.holdfast.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A bare socket that speaks Redis' inline commands, to see exactly what the wire does. */
final class InlineClient implements AutoCloseable {
  private static final int DEADLINE_MILLIS = 10_000;
  private static final int QUIET_MILLIS = 150;

  private final Socket socket;

  InlineClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(DEADLINE_MILLIS);
  }

  InlineClient send(String command) throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  void answers(String line) throws IOException {
    byte[] expected = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] read = socket.getInputStream().readNBytes(expected.length);
    assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo(line + "\r\n");
  }

  void meetsFin() throws IOException {
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  void meetsReset() {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  void hearsNothing() throws IOException {
    socket.setSoTimeout(QUIET_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(DEADLINE_MILLIS);
  }

  void closeByReset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
