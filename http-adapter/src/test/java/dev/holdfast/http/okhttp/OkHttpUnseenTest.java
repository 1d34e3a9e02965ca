package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.SocketFactory;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guard does not see, or must not change, is as it is without it. */
@Timeout(60)
final class OkHttpUnseenTest {

  private static final Duration PATIENCE = Duration.ofMillis(300);

  /** Of HTTP behind a SOCKS proxy: hangs up on each request that it has had. */
  private static final class SocksServer implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> requests = new CopyOnWriteArrayList<>();

    SocksServer() throws IOException {
      Thread thread = new Thread(this::accept, "socks-server");
      thread.setDaemon(true);
      thread.start();
    }

    Proxy proxy() {
      return new Proxy(
          Proxy.Type.SOCKS,
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
    }

    private void accept() {
      while (true) {
        try (Socket socket = server.accept()) {
          serve(socket);
        } catch (IOException closed) {
          if (server.isClosed()) {
            return;
          }
        }
      }
    }

    private void serve(Socket socket) throws IOException {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      in.skipBytes(1);
      in.skipNBytes(in.readUnsignedByte()); // its methods
      socket.getOutputStream().write(new byte[] {5, 0});
      in.skipNBytes(3);
      int type = in.readUnsignedByte();
      in.skipNBytes((type == 1 ? 4 : type == 4 ? 16 : in.readUnsignedByte()) + 2);
      socket.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.readUnsignedByte());
      }
      in.skipNBytes("of x".getBytes(StandardCharsets.US_ASCII).length);
      requests.add(head.substring(0, head.indexOf(" ")));
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private static Request post(String url) {
    return OkBed.request("POST", url, "x").build();
  }

  @Test
  void mustNotRepeatAPostThatWentThroughASocksProxy() throws IOException {
    List<Integer> ran = new ArrayList<>();
    try (OkBed bed = new OkBed()) {
      for (OkHttpClient client : List.of(new OkHttpClient(), bed.client())) {
        try (SocksServer server = new SocksServer()) {
          OkHttpClient proxied = client.newBuilder().proxy(server.proxy()).build();
          assertThatThrownBy(() -> OkBed.send(proxied, post("http://127.0.0.1:1/pay")))
              .isInstanceOf(IOException.class);
          ran.add(server.requests.size());
        }
      }
    }
    assertThat(ran).containsExactly(1, 1);
  }

  @Test
  void mustNotRepeatAPostOverASocketOfOthers() throws IOException {
    try (ScriptedServer server = new ScriptedServer((line, before) -> ScriptedServer.HANGS_UP);
        OkBed bed = new OkBed()) {
      OkHttpClient half =
          bed.client().newBuilder().socketFactory(SocketFactory.getDefault()).build();
      assertThatThrownBy(() -> OkBed.send(half, post(server.url("/pay"))))
          .isInstanceOf(IOException.class);
      assertThat(server.requests()).containsExactly("POST /pay");
    }
  }

  /** Those that a client made by {@code newBuilder()} has of its own stand behind the guard's. */
  @Test
  void mustShowASlowServerToLateInterceptorsAsItIs() throws IOException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch end = new CountDownLatch(1);
    try (ScriptedServer server = new ScriptedServer((line, before) -> slow(end));
        OkBed bed = new OkBed()) {
      for (OkHttpClient client : List.of(new OkHttpClient(), bed.client())) {
        OkHttpClient late =
            client
                .newBuilder()
                .readTimeout(PATIENCE)
                .addInterceptor(chain -> telling(chain, seen))
                .build();
        assertThatThrownBy(() -> OkBed.send(late, post(server.url("/pay"))))
            .isInstanceOf(SocketTimeoutException.class);
      }
      assertThat(seen).containsExactly("SocketTimeoutException", "SocketTimeoutException");
      Await.until("the server has had both", OkBed.SOON, () -> server.requests().size() >= 2);
      assertThat(server.requests()).containsExactly("POST /pay", "POST /pay");
    } finally {
      end.countDown();
    }
  }

  private static String slow(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
    return ScriptedServer.HANGS_UP;
  }

  private static okhttp3.Response telling(Interceptor.Chain chain, List<String> seen)
      throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (IOException thrown) {
      seen.add(thrown.getClass().getSimpleName());
      throw thrown;
    }
  }

  /** A slow server is not helped by the same request again, whether or not its body has left. */
  @Test
  void mustNotAskASlowServerForTheBodyTwice() throws IOException {
    List<Integer> dialled = new ArrayList<>();
    try (OkBed bed = new OkBed()) {
      for (OkHttpClient client : List.of(new OkHttpClient(), bed.client())) {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
          OkHttpClient impatient = client.newBuilder().readTimeout(PATIENCE).build();
          Request request =
              post("http://127.0.0.1:%d/pay".formatted(silent.getLocalPort()))
                  .newBuilder()
                  .header("Expect", "100-continue")
                  .build();
          assertThatThrownBy(() -> OkBed.send(impatient, request))
              .isInstanceOf(SocketTimeoutException.class);
          dialled.add(waiting(silent));
        }
      }
    }
    assertThat(dialled).containsExactly(1, 1);
  }

  private static int waiting(ServerSocket server) throws IOException {
    server.setSoTimeout(1);
    int count = 0;
    while (true) {
      try {
        server.accept().close();
        count++;
      } catch (SocketTimeoutException noMore) {
        return count;
      }
    }
  }
}
