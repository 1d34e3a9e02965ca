package dev.holdfast.http.proof;

import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.lab.http.FaultServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** Apache HttpClient 5's asynchronous API with its defaults, but for the size of its pool. */
record Hc5AsyncContender(Target target, CloseableHttpAsyncClient client, MeterRegistry meters)
    implements HttpContender {

  static HttpContender bare(Target target) {
    return started(
        target,
        builder(target).setConnectionManager(connections(target).build()),
        new SimpleMeterRegistry());
  }

  static HttpContender guarded(Target target) {
    MeterRegistry meters = new SimpleMeterRegistry();
    ApacheAsyncGuard guard = ApacheAsyncGuard.custom(target.plan()).meterRegistry(meters).build();
    return started(
        target,
        guard.install(builder(target)).setConnectionManager(guard.install(connections(target))),
        meters);
  }

  private static HttpContender started(
      Target target, HttpAsyncClientBuilder builder, MeterRegistry meters) {
    CloseableHttpAsyncClient client = builder.build();
    client.start();
    return new Hc5AsyncContender(target, client, meters);
  }

  private static HttpAsyncClientBuilder builder(Target target) {
    HttpAsyncClientBuilder builder = HttpAsyncClients.custom();
    Duration timeout = target.responseTimeout();
    return timeout == null
        ? builder
        : builder.setDefaultRequestConfig(
            RequestConfig.custom().setResponseTimeout(Timeout.of(timeout)).build());
  }

  private static PoolingAsyncClientConnectionManagerBuilder connections(Target target) {
    PoolingAsyncClientConnectionManagerBuilder builder =
        PoolingAsyncClientConnectionManagerBuilder.create()
            .setMaxConnTotal(target.connections())
            .setMaxConnPerRoute(target.connections());
    if (target.tls() != null) {
      builder.setTlsStrategy(new DefaultClientTlsStrategy(target.tls()));
    }
    return builder;
  }

  @Override
  public Reply call(Verb verb, String id) throws Exception {
    SimpleRequestBuilder request =
        SimpleRequestBuilder.create(verb.method())
            .setUri(target.uri())
            .addHeader(FaultServer.REQUEST_ID, id);
    if (verb.hasKey()) {
      request.addHeader("Idempotency-Key", id);
    }
    if (verb.hasBody()) {
      request.setBody(Verb.BODY, ContentType.TEXT_PLAIN);
    }
    try {
      SimpleHttpResponse response = client.execute(request.build(), null).get();
      Header answered = response.getFirstHeader(FaultServer.REQUEST_ID);
      return new Reply(response.getCode(), answered == null ? "" : answered.getValue());
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException io) {
        throw io;
      }
      throw failed;
    }
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
