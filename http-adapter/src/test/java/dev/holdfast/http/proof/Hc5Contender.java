package dev.holdfast.http.proof;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.http.FaultServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** Apache HttpClient 5 with its defaults, but for the size of its pool. */
record Hc5Contender(Target target, CloseableHttpClient client, MeterRegistry meters)
    implements HttpContender {

  static HttpContender bare(Target target) {
    CloseableHttpClient client =
        builder(target).setConnectionManager(connections(target).build()).build();
    return new Hc5Contender(target, client, new SimpleMeterRegistry());
  }

  static HttpContender guarded(Target target) {
    MeterRegistry meters = new SimpleMeterRegistry();
    ApacheHttpGuard guard = ApacheHttpGuard.custom(target.plan()).meterRegistry(meters).build();
    var connections = guard.install(connections(target));
    CloseableHttpClient client =
        guard.install(builder(target)).setConnectionManager(connections).build();
    return new Hc5Contender(target, client, meters);
  }

  private static HttpClientBuilder builder(Target target) {
    HttpClientBuilder builder = HttpClients.custom();
    Duration timeout = target.responseTimeout();
    return timeout == null
        ? builder
        : builder.setDefaultRequestConfig(
            RequestConfig.custom().setResponseTimeout(Timeout.of(timeout)).build());
  }

  private static PoolingHttpClientConnectionManagerBuilder connections(Target target) {
    PoolingHttpClientConnectionManagerBuilder builder =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(target.connections())
            .setMaxConnPerRoute(target.connections());
    if (target.tls() != null) {
      builder.setTlsSocketStrategy(new DefaultClientTlsStrategy(target.tls()));
    }
    return builder;
  }

  @Override
  public Reply call(Verb verb, String id) throws IOException {
    ClassicRequestBuilder request =
        ClassicRequestBuilder.create(verb.method())
            .setUri(target.uri())
            .addHeader(FaultServer.REQUEST_ID, id);
    if (verb.hasKey()) {
      request.addHeader("Idempotency-Key", id);
    }
    if (verb.hasBody()) {
      request.setEntity(Verb.BODY, ContentType.TEXT_PLAIN);
    }
    ClassicHttpRequest built = request.build();
    return client.execute(built, Hc5Contender::reply);
  }

  private static Reply reply(ClassicHttpResponse response) throws IOException, ParseException {
    Header id = response.getFirstHeader(FaultServer.REQUEST_ID);
    EntityUtils.consume(response.getEntity());
    return new Reply(response.getCode(), id == null ? "" : id.getValue());
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
