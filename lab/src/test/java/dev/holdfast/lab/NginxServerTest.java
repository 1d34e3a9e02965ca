package dev.holdfast.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.kernel.KernelLab;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Among the kernel lab's tests because those may rely on an nginx. */
@KernelLab
class NginxServerTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static Socket connect(NginxServer nginx) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), nginx.port());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static void send(Socket socket, String method, String id) throws IOException {
    String head = "%s /x HTTP/1.1\r\nHost: lab\r\nX-Request-Id: %s\r\nContent-Length: 0\r\n\r\n";
    socket.getOutputStream().write(head.formatted(method, id).getBytes(StandardCharsets.US_ASCII));
  }

  private static String status(Socket socket) throws IOException {
    byte[] reply = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
    String status = new String(reply, StandardCharsets.US_ASCII);
    socket.getInputStream().skip(socket.getInputStream().available());
    return status;
  }

  @Test
  void mustCountExecutionsByRequestId() throws IOException {
    try (NginxServer nginx = NginxServer.builder().start();
        Socket socket = connect(nginx)) {
      send(socket, "POST", "a");
      assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
      Await.until("logged", SOON, () -> nginx.executions("a") == 1);
      assertThat(nginx.executions("b")).isZero();
      assertThat(nginx.requests())
          .singleElement()
          .matches(one -> one.method().equals("POST") && one.uri().equals("/x"))
          .matches(one -> one.status() == 200 && one.connection() > 0);
    }
  }

  @Test
  void mustAnswerUnderTlsAndCountTheSame() throws IOException {
    try (NginxServer nginx = NginxServer.builder().tls().start();
        Socket socket =
            nginx
                .clientContext()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), nginx.tlsPort())) {
      send(socket, "POST", "a");
      assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
      Await.until("logged", SOON, () -> nginx.executions().equals(Map.of("a", 1L)));
    }
  }

  @Test
  void mustCloseIdleConnections() throws IOException {
    try (NginxServer nginx =
            NginxServer.builder().keepAliveTimeout(Duration.ofMillis(300)).start();
        Socket socket = connect(nginx)) {
      send(socket, "GET", "a");
      status(socket);
      assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(400); // then the FIN
    }
  }

  @Test
  void mustStandStillWhileFrozen() throws IOException {
    try (NginxServer nginx = NginxServer.builder().start();
        Socket socket = connect(nginx)) {
      nginx.freeze();
      socket.setSoTimeout(200);
      send(socket, "GET", "a");
      assertThatThrownBy(() -> status(socket)).isInstanceOf(SocketTimeoutException.class);
      nginx.thaw();
      socket.setSoTimeout((int) SOON.toMillis());
      assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void mustBeGoneWhenKilledAndBackWhenRestarted() throws IOException {
    try (NginxServer nginx = NginxServer.builder().start()) {
      assertThatIllegalStateException().isThrownBy(nginx::restart);
      try (Socket socket = connect(nginx)) {
        send(socket, "GET", "a");
        status(socket);
      }
      nginx.kill();
      assertThatThrownBy(() -> connect(nginx)).isInstanceOf(ConnectException.class);
      nginx.restart();
      try (Socket socket = connect(nginx)) {
        send(socket, "GET", "b");
        assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
      }
      Await.until("logged", SOON, () -> nginx.executions("b") == 1);
      assertThat(nginx.executions("a")).isEqualTo(1);
    }
  }

  @Test
  void mustSayWhyItDoesNotStart() {
    assertThatIllegalStateException()
        .isThrownBy(() -> NginxServer.builder().directives("no_such_directive;").start())
        .withMessageContaining("no_such_directive");
    assertThatIllegalArgumentException().isThrownBy(() -> NginxServer.builder().port(65_536));
  }
}
