package dev.holdfast.benchmarks.http;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;

/** Apache HttpClient 5, classic. */
record Hc5Contender(URI uri, CloseableHttpClient client) implements HttpContender {

  static HttpContender bare(URI uri, int connections) {
    return new Hc5Contender(
        uri, HttpClients.custom().setConnectionManager(pool(connections).build()).build());
  }

  static HttpContender staleCheck(URI uri, int connections) {
    var everyTime =
        ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS).build();
    return new Hc5Contender(
        uri,
        HttpClients.custom()
            .setConnectionManager(pool(connections).setDefaultConnectionConfig(everyTime).build())
            .build());
  }

  static HttpContender guarded(URI uri, int connections, ConnectionPlan plan) {
    ApacheHttpGuard guard =
        ApacheHttpGuard.custom(plan).meterRegistry(new SimpleMeterRegistry()).build();
    var pool = guard.install(pool(connections));
    return new Hc5Contender(
        uri, guard.install(HttpClients.custom()).setConnectionManager(pool).build());
  }

  private static PoolingHttpClientConnectionManagerBuilder pool(int connections) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setMaxConnTotal(connections)
        .setMaxConnPerRoute(connections);
  }

  @Override
  public String call(String method, String id) throws IOException {
    ClassicRequestBuilder request =
        ClassicRequestBuilder.create(method).setUri(uri).addHeader(FaultServer.REQUEST_ID, id);
    if (method.equals("POST")) {
      request.setEntity("body", ContentType.TEXT_PLAIN);
    }
    return client.execute(request.build(), Hc5Contender::idOf);
  }

  private static String idOf(ClassicHttpResponse response) throws IOException, ParseException {
    EntityUtils.consume(response.getEntity());
    Header id = response.getFirstHeader(FaultServer.REQUEST_ID);
    return id == null || response.getCode() != HttpStatus.SC_OK ? "" : id.getValue();
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
