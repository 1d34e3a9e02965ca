package dev.holdfast.lab.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FaultServerTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String POST =
      "POST /x HTTP/1.1\r\nHost: lab\r\nX-Request-Id: a\r\nContent-Length: 4\r\n\r\nbody";
  private static final String STATUS = "HTTP/1.1 200 Lab\r\n";

  private final FaultServer plain = FaultServer.plain();

  @AfterEach
  void end() {
    plain.close();
  }

  private static Socket connect(FaultServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static Socket connectTls(FaultServer server) throws IOException {
    Socket socket =
        server
            .clientContext()
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String read(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }

  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private static String exchange(Socket socket) throws IOException {
    send(socket, POST);
    String answer = read(socket, STATUS.length());
    while (!answer.endsWith("\r\n\r\n")) {
      answer += read(socket, 1);
    }
    return answer + read(socket, 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustAnswerAndCountEachRequestOnAConnectionThatIsKept(boolean withTls) throws IOException {
    try (FaultServer server = withTls ? FaultServer.tls() : FaultServer.plain();
        Socket socket = withTls ? connectTls(server) : connect(server)) {
      assertThat(exchange(socket)).startsWith(STATUS + "X-Request-Id: a\r\n").endsWith("\n\r\na");
      exchange(socket);
      assertThat(server.executions("a")).isEqualTo(2);
      assertThat(server.executions("b")).isZero();
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.requestBytes()).isEqualTo(POST.length());
      assertThat(server.uri("/x")).startsWith(withTls ? "https://" : "http://");
    }
  }

  @Test
  void mustNameARequestByItsTargetAndReadItInChunks() throws IOException {
    plain.always(new Exchange.Answered(Answer.ok().inChunks().hinting(SOON).closing()));
    try (Socket socket = connect(plain)) {
      send(socket, "PUT /42 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
      assertThat(readAll(socket))
          .contains("\r\nKeep-Alive: timeout=10\r\nConnection: close\r\n")
          .hasSize(Answer.ok().inChunks().hinting(SOON).closing().bytes("/42"))
          .endsWith("1\r\n/\r\n1\r\n4\r\n1\r\n2\r\n0\r\n\r\n");
      assertThat(plain.executions("/42")).isEqualTo(1);
    }
  }

  @Test
  void mustEndAConnectionAfterAnExecutedRequestAsTold() throws IOException {
    plain.next(new Exchange.Unanswered(Ending.FIN)).next(new Exchange.Unanswered(Ending.RST));
    try (Socket socket = connect(plain)) {
      send(socket, POST);
      assertThat(readAll(socket)).isEmpty();
    }
    try (Socket socket = connect(plain)) {
      send(socket, POST);
      assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketException.class);
    }
    assertThat(plain.executions("a")).isEqualTo(2);
  }

  @Test
  void mustNotExecuteARequestCutShort() throws IOException {
    for (int bytes = 1; bytes < POST.length(); bytes += 9) {
      plain.next(new Exchange.RequestCut(bytes, Ending.FIN));
      try (Socket socket = connect(plain)) {
        send(socket, POST.substring(0, bytes));
        assertThat(readAll(socket)).isEmpty();
      }
    }
    assertThat(plain.executions("a")).isZero();
    assertThat(plain.begun()).isEqualTo((POST.length() + 8) / 9);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 30})
  void mustCutAnAnswerToTheByte(int bytes) throws IOException {
    plain.next(new Exchange.AnswerCut(Answer.ok(), bytes, Ending.FIN));
    try (Socket socket = connect(plain)) {
      send(socket, POST);
      assertThat(readAll(socket))
          .hasSize(bytes)
          .isEqualTo((STATUS + "X-Request-Id: a\r\n").substring(0, bytes));
      assertThat(plain.executions("a")).isEqualTo(1);
    }
  }

  @Test
  void mustSayFarewellOnIdleConnectionsOnly() throws IOException {
    try (Socket socket = connect(plain);
        Socket unused = connect(plain)) {
      assertThat(plain.farewellIdle()).isZero();
      exchange(socket);
      Await.until("idle", SOON, () -> plain.idle() == 1);
      assertThat(plain.farewellIdle()).isEqualTo(1);
      assertThat(readAll(socket)).startsWith("HTTP/1.1 408 ").endsWith("\r\n\r\n");
      assertThat(exchange(unused)).startsWith(STATUS);
    }
  }

  @Test
  void mustDisturbAConnectionAndKeepIt() throws IOException {
    try (Socket socket = connect(plain)) {
      exchange(socket);
      Await.until("idle", SOON, () -> plain.idle() == 1);
      plain.disturbIdle(() -> new byte[] {'?'}, Ending.OPEN);
      assertThat(read(socket, 1)).isEqualTo("?");
      assertThat(exchange(socket)).startsWith(STATUS);
      Await.until("idle", SOON, () -> plain.idle() == 1);
      plain.endIdle(Ending.RST);
      assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketException.class);
    }
  }

  /** Who sends a request right afterwards sends it on a connection that is reset already. */
  @Test
  void mustHaveResetAConnectionByTheTimeItSaysSo() throws IOException {
    for (int i = 0; i < 100; i++) {
      try (SocketChannel channel =
          SocketChannel.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), plain.port()))) {
        exchange(channel.socket());
        Await.until("idle", SOON, () -> plain.idle() == 1);
        channel.configureBlocking(false);
        plain.endIdle(Ending.RST);
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void mustEndATlsConnectionWithItsFarewell() throws IOException {
    try (FaultServer server = FaultServer.tls();
        Socket socket = connectTls(server)) {
      exchange(socket);
      Await.until("idle", SOON, () -> server.idle() == 1);
      server.endIdle(Ending.FIN);
      assertThat(readAll(socket)).isEmpty(); // without close_notify it throws
    }
  }

  @Test
  void mustStandStillWhileFrozen() throws IOException {
    try (Socket socket = connect(plain)) {
      exchange(socket);
      plain.freeze();
      send(socket, POST);
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketTimeoutException.class);
      assertThat(plain.executions("a")).isEqualTo(1);
      plain.thaw();
      socket.setSoTimeout((int) SOON.toMillis());
      assertThat(read(socket, STATUS.length())).isEqualTo(STATUS);
      assertThat(plain.executions("a")).isEqualTo(2);
    }
  }

  @Test
  void mustCloseEveryConnectionAtItsEnd() throws IOException {
    try (Socket socket = connect(plain)) {
      exchange(socket);
      plain.close();
      assertThat(readAll(socket)).isEmpty();
      assertThatThrownBy(() -> connect(plain)).isInstanceOf(IOException.class);
    }
  }
}
