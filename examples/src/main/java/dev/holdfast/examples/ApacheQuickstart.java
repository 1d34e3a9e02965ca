package dev.holdfast.examples;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerPreset;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** First steps with Apache HttpClient 5 and, by way of it, Spring's {@code RestClient}. */
final class ApacheQuickstart {

  private ApacheQuickstart() {}

  /** A service behind an nginx and a load balancer. */
  static ConnectionPlan plan() {
    return NetworkPath.to(ServerPreset.NGINX.limits()).through(HopPreset.AWS_NLB.hop()).plan();
  }

  /**
   * Guards a client.
   *
   * @param connections the pool, with whatever else it needs: TLS, timeouts, its size
   * @param client the client, with whatever else it needs: a proxy, interceptors
   */
  static CloseableHttpClient client(
      PoolingHttpClientConnectionManagerBuilder connections, HttpClientBuilder client) {
    // readme
    ApacheHttpGuard guard = ApacheHttpGuard.create(plan());
    var pool = guard.install(connections);
    return guard.install(client).setConnectionManager(pool).build();
    // end
  }

  static CloseableHttpClient client() {
    return client(PoolingHttpClientConnectionManagerBuilder.create(), HttpClients.custom());
  }

  /** Spring's client needs no line more. */
  static RestClient restClient(CloseableHttpClient guarded) {
    return RestClient.builder()
        .requestFactory(new HttpComponentsClientHttpRequestFactory(guarded))
        .build();
  }
}
