package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Under TLS 1.3 a server refuses a client's certificate behind the client's first request. */
@Timeout(60)
final class OkHttpRefusedClientTest {

  /** Wants a certificate, and says why it goes; the connection stays until the client closes it. */
  private static void serve(ServerSocket server) {
    while (true) {
      try (Socket raw = server.accept();
          SSLSocket tls =
              (SSLSocket)
                  TlsIdentity.shared()
                      .server()
                      .getSocketFactory()
                      .createSocket(raw, "localhost", raw.getPort(), false)) {
        tls.setUseClientMode(false);
        tls.setEnabledProtocols(new String[] {"TLSv1.3"});
        tls.setNeedClientAuth(true);
        try {
          tls.startHandshake();
        } catch (IOException refused) {
          raw.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
      } catch (IOException closed) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  @Test
  void mustSayAsTheClientDoesThatItsCertificateIsMissing() throws IOException {
    List<String> told = new ArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        OkBed bed =
            new OkBed(
                guard -> guard,
                client ->
                    OkBed.trusting(TlsIdentity.shared().client(), client)
                        .hostnameVerifier((host, session) -> true))) {
      Thread thread = new Thread(() -> serve(server), "refusing-server");
      thread.setDaemon(true);
      thread.start();
      OkHttpClient bare =
          OkBed.trusting(TlsIdentity.shared().client(), new OkHttpClient.Builder())
              .hostnameVerifier((host, session) -> true)
              .build();
      for (String method : List.of("GET", "POST")) {
        for (OkHttpClient client : List.of(bare, bed.client())) {
          String url = "https://127.0.0.1:%d/pay".formatted(server.getLocalPort());
          try {
            told.add(OkBed.send(client, OkBed.request(method, url, "x").build()));
          } catch (IOException thrown) {
            told.add(thrown.getClass().getSimpleName());
          }
        }
      }
      assertThat(told).containsOnly("SSLHandshakeException");
      assertThat(bed.swaps()).isEmpty();
    }
  }
}
