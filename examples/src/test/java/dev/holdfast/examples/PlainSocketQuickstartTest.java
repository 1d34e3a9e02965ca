package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Loopback;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example runs; and as it runs the server closes its idle connection, which nobody notices. */
@Timeout(60)
final class PlainSocketQuickstartTest {

  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

  private void serve(ServerSocket server) {
    try {
      while (true) {
        Socket socket = server.accept();
        accepted.add(socket);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String line = in.readLine();
        socket.getOutputStream().write((line + "!\n").getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  @Test
  void mustNotNoticeAServerThatClosesAnIdleConnection() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> serve(server), "server");
      thread.setDaemon(true);
      thread.start();
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
      try (PlainSocketQuickstart client = new PlainSocketQuickstart(address)) {
        assertThat(client.ask("one")).isEqualTo("one!");
        Socket first = accepted.take();
        first.close();
        Loopback.awaitEndHeard(server.getLocalPort(), first.getPort());
        assertThat(client.ask("two")).isEqualTo("two!");
      }
      assertThat(accepted).hasSize(1);
    }
  }
}
