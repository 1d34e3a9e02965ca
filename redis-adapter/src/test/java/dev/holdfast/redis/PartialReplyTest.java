package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A reply arrives in part and the connection ends: no second answer may be added to the first. */
final class PartialReplyTest {

  /** The first connection breaks off in the middle of a list; every later one answers it whole. */
  private static final class BreakingServer implements AutoCloseable {

    private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

    BreakingServer() throws IOException {
      Thread thread = new Thread(this::serve, "breaking-server");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return socket.getLocalPort();
    }

    private void serve() {
      try {
        answer(socket.accept(), "*3\r\n$1\r\na\r\n$1\r\n");
        answer(socket.accept(), "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n");
      } catch (IOException closed) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(closed);
        }
      }
    }

    private static void answer(Socket client, String reply) throws IOException {
      try (client) {
        byte[] request = new byte[4_096];
        while (true) {
          int length = client.getInputStream().read(request);
          if (length < 0) {
            return;
          }
          String text = new String(request, 0, length, StandardCharsets.US_ASCII);
          if (text.contains("LRANGE")) {
            client.getOutputStream().write(reply.getBytes(StandardCharsets.US_ASCII));
            if (!reply.endsWith("c\r\n")) {
              return;
            }
          } else {
            for (int i = 0; i < text.split("\\*\\d", -1).length - 1; i++) {
              client.getOutputStream().write("+OK\r\n".getBytes(StandardCharsets.US_ASCII));
            }
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static ClientOptions.Builder resp2() {
    return ClientOptions.builder().protocolVersion(ProtocolVersion.RESP2);
  }

  private static RedisURI uri(BreakingServer server) {
    RedisURI uri = RedisURI.create("redis://127.0.0.1:" + server.port());
    uri.setTimeout(Duration.ofSeconds(5));
    return uri;
  }

  @Test
  void mustNotReplayAReadAnsweredInPart() throws Exception {
    ClientResources resources = ClientResources.create();
    try (BreakingServer server = new BreakingServer()) {
      LettuceGuard guard = LettuceGuard.create(RedisBed.throughProxy());
      RedisClient client = RedisClient.create(guard.install(resources), uri(server));
      client.setOptions(guard.options(resp2().build()));
      try (var connection = client.connect()) {
        assertThatThrownBy(() -> connection.sync().lrange("list", 0, -1))
            .satisfies(
                thrown ->
                    assertThat(AmbiguousOutcomeException.in(thrown))
                        .hasValueSatisfying(
                            ambiguous ->
                                assertThat(ambiguous.delivery())
                                    .isEqualTo(Delivery.ANSWERED_IN_PART)));
        assertThat(connection.sync().lrange("list", 0, -1)).containsExactly("a", "b", "c");
      }
      client.shutdown(Duration.ZERO, Duration.ZERO);
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS);
    }
  }

  /** The hole: bare Lettuce returns elements of both answers as one list. */
  @Test
  void bareLettuceMixesTwoAnswers() throws Exception {
    ClientResources resources = ClientResources.create();
    try (BreakingServer server = new BreakingServer()) {
      RedisClient client = RedisClient.create(resources, uri(server));
      client.setOptions(resp2().build());
      try (var connection = client.connect()) {
        assertThat(connection.sync().lrange("list", 0, -1)).containsExactly("a", "a", "b", "c");
      }
      client.shutdown(Duration.ZERO, Duration.ZERO);
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS);
    }
  }
}
