package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.ProtocolVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An answer nobody asked for would be taken for that of the next command. */
final class UnsolicitedInputTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  /** Answers GET with its key, everything else with OK, and speaks unasked when told to. */
  private static final class Babbler implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();

    Babbler() throws IOException {
      daemon(this::accept);
    }

    private static void daemon(Runnable task) {
      Thread thread = new Thread(task, "babbler");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = listening.accept();
          accepted.add(socket);
          daemon(() -> serve(socket));
        }
      } catch (IOException closed) {
        // the test is over
      }
    }

    private static void serve(Socket socket) {
      try (socket) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          int words = Integer.parseInt(line.substring(1));
          String last = "";
          for (int i = 0; i < words; i++) {
            in.readLine();
            last = in.readLine();
          }
          boolean get = words == 2 && last.startsWith("key");
          say(socket, get ? "$%d\r\n%s\r\n".formatted(last.length(), last) : "+OK\r\n");
        }
      } catch (IOException closed) {
        // by either side
      }
    }

    private static synchronized void say(Socket socket, String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** To all of them. */
    void babble(String text) {
      for (Socket socket : accepted) {
        try {
          say(socket, text);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
      for (Socket socket : accepted) {
        socket.close();
      }
    }
  }

  private static io.lettuce.core.RedisClient client(
      RedisBed bed, LettuceGuard guard, Babbler peer) {
    RedisURI uri = RedisURI.create("127.0.0.1", peer.listening.getLocalPort());
    uri.setTimeout(Duration.ofSeconds(5));
    return bed.guarded(
        guard, ClientOptions.builder().protocolVersion(ProtocolVersion.RESP2).build(), uri);
  }

  @Test
  void mustNeverLendAConnectionThatSpokeUnasked() throws Exception {
    try (Babbler peer = new Babbler();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      try (var pool = guard.pool(client(bed, guard, peer)).maxSize(1).build()) {
        try (var connection = pool.borrow()) {
          assertThat(connection.sync().get("key1")).isEqualTo("key1");
        }
        peer.babble("$5\r\nwrong\r\n");
        Await.until("it is known", RedisBed.SOON, () -> pool.state().idle() == 0);
        try (var connection = pool.borrow()) {
          assertThat(connection.sync().get("key2")).isEqualTo("key2");
        }
        Await.until("it is told", RedisBed.SOON, () -> bed.swaps().size() == 1);
        assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.UNSOLICITED_INPUT);
      }
    }
  }

  @Test
  void mustNotAnswerTheNextCommandOfAnyConnectionWithIt() throws Exception {
    try (Babbler peer = new Babbler();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = client(bed, bed.guard(), peer).connect()) {
      assertThat(connection.sync().get("key1")).isEqualTo("key1");
      peer.babble("$5\r\nwrong\r\n");
      Await.until("it is known", RedisBed.SOON, () -> bed.swaps().size() == 1);
      assertThat(connection.sync().get("key2")).isEqualTo("key2");
      assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.UNSOLICITED_INPUT);
    }
  }
}
