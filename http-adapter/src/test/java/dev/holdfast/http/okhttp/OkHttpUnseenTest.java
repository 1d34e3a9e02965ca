package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guard does not see, or must not change, is as it is without it. */
@Timeout(60)
final class OkHttpUnseenTest {

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
}
