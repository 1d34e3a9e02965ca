package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Loopback;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.lab.http.ForwardProxy;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import javax.net.ssl.SSLException;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;
import reactor.netty.transport.ProxyProvider;

/**
 * The examples run, plain, with TLS and through a forward proxy; and as they run the server says
 * farewell to the idle connection, which no caller notices.
 */
final class HttpQuickstartTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private interface Calls {
    @Nullable String call(String uri);
  }

  private static void assertNoticesNothing(FaultServer server, ForwardProxy proxy, Calls calls) {
    assertThat(calls.call(server.uri("/first"))).endsWith("/first");
    Await.until("idle", SOON, () -> server.idle() == 1);
    assertThat(server.farewellIdle()).isEqualTo(1);
    Await.until("a proxy has passed it on", SOON, () -> proxy.open() == 0);
    Loopback.awaitEndsHeard(proxy.port());
    String target = calls.call(server.uri("/second")); // through a proxy the whole URI
    assertThat(target).endsWith("/second");
    assertThat(server.executions(String.valueOf(target))).isEqualTo(1);
    assertThat(server.connections()).isEqualTo(2);
  }

  private static FaultServer server(boolean tls) {
    return tls ? FaultServer.tls() : FaultServer.plain();
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void mustRunRestClientOverApacheHttpClient(boolean tls, boolean proxied) throws IOException {
    try (FaultServer server = server(tls);
        ForwardProxy proxy = ForwardProxy.start();
        CloseableHttpClient guarded =
            ApacheQuickstart.client(connections(server, tls), builder(proxy, proxied))) {
      RestClient client = ApacheQuickstart.restClient(guarded);
      assertNoticesNothing(
          server,
          proxy,
          uri -> client.post().uri(uri).body("order").retrieve().requiredBody(String.class));
      assertThat(proxy.connections()).isEqualTo(proxied ? 2 : 0);
    }
  }

  private static PoolingHttpClientConnectionManagerBuilder connections(
      FaultServer server, boolean tls) {
    var connections = PoolingHttpClientConnectionManagerBuilder.create();
    return tls
        ? connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(server.clientContext()))
        : connections;
  }

  private static HttpClientBuilder builder(ForwardProxy proxy, boolean proxied) {
    HttpClientBuilder builder = HttpClients.custom();
    return proxied ? builder.setProxy(new HttpHost("127.0.0.1", proxy.port())) : builder;
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void mustRunWebClientOverReactorNetty(boolean tls, boolean proxied) throws IOException {
    try (FaultServer server = server(tls);
        ForwardProxy proxy = ForwardProxy.start()) {
      HttpClient guarded = ReactorQuickstart.client();
      if (tls) {
        SslContext trust = trust();
        guarded = guarded.secure(spec -> spec.sslContext(trust));
      }
      if (proxied) {
        guarded =
            guarded.proxy(
                spec -> spec.type(ProxyProvider.Proxy.HTTP).host("127.0.0.1").port(proxy.port()));
      }
      WebClient client = ReactorQuickstart.webClient(guarded);
      assertNoticesNothing(
          server,
          proxy,
          uri ->
              client
                  .post()
                  .uri(uri)
                  .bodyValue("order")
                  .retrieve()
                  .bodyToMono(String.class)
                  .block());
      assertThat(proxy.tunnels()).isEqualTo(proxied ? 2 : 0);
    }
  }

  private static SslContext trust() throws SSLException {
    return SslContextBuilder.forClient().trustManager(TlsIdentity.shared().certificate()).build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustRunOkHttp(boolean proxied) throws IOException {
    try (FaultServer server = FaultServer.plain();
        ForwardProxy proxy = ForwardProxy.start()) {
      OkHttpClient.Builder builder = new OkHttpClient.Builder();
      if (proxied) {
        builder.proxy(
            new Proxy(
                Proxy.Type.HTTP,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())));
      }
      OkHttpClient client = OkHttpQuickstart.client(builder);
      assertNoticesNothing(server, proxy, uri -> post(client, uri));
      client.connectionPool().evictAll();
      client.dispatcher().executorService().shutdown();
    }
  }

  private static String post(OkHttpClient client, String uri) {
    Request request =
        new Request.Builder()
            .url(uri)
            .post(RequestBody.create("order", MediaType.get("text/plain")))
            .build();
    try (Response response = client.newCall(request).execute()) {
      return response.body().string();
    } catch (IOException thrown) {
      throw new UncheckedIOException(thrown);
    }
  }
}
