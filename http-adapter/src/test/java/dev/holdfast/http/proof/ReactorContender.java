package dev.holdfast.http.proof;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.http.FaultServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's client with its defaults, but for the size of its pool. */
record ReactorContender(
    Target target, HttpClient client, ConnectionProvider provider, MeterRegistry meters)
    implements HttpContender {

  static HttpContender bare(Target target) {
    ConnectionProvider provider = connections(target).build();
    return new ReactorContender(
        target, client(provider, target), provider, new SimpleMeterRegistry());
  }

  static HttpContender guarded(Target target) {
    MeterRegistry meters = new SimpleMeterRegistry();
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(target.plan()).meterRegistry(meters).replayableBodies().build();
    ConnectionProvider provider = guard.provider(connections(target));
    HttpClient client = guard.install(client(provider, target));
    return new ReactorContender(target, client, provider, meters);
  }

  private static ConnectionProvider.Builder connections(Target target) {
    return ConnectionProvider.builder("proof").maxConnections(target.connections());
  }

  private static HttpClient client(ConnectionProvider provider, Target target) {
    HttpClient client = secured(HttpClient.create(provider), target);
    Duration timeout = target.responseTimeout();
    return timeout == null ? client : client.responseTimeout(timeout);
  }

  private static HttpClient secured(HttpClient client, Target target) {
    SSLContext tls = target.tls();
    if (tls == null) {
      return client;
    }
    var netty =
        new JdkSslContext(
            tls,
            true,
            null,
            IdentityCipherSuiteFilter.INSTANCE,
            ApplicationProtocolConfig.DISABLED,
            ClientAuth.NONE,
            null,
            false);
    return client.secure(spec -> spec.sslContext(netty));
  }

  @Override
  public Reply call(Verb verb, String id) {
    Reply reply =
        client
            .headers(headers -> name(headers, verb, id))
            .request(HttpMethod.valueOf(verb.method()))
            .uri(target.uri())
            .send(verb.hasBody() ? ByteBufFlux.fromString(Mono.just(Verb.BODY)) : Mono.empty())
            .responseSingle(
                (response, body) -> body.asString().defaultIfEmpty("").map(text -> reply(response)))
            .block();
    if (reply == null) {
      throw new IllegalStateException("no answer and no error");
    }
    return reply;
  }

  private static void name(HttpHeaders headers, Verb verb, String id) {
    headers.set(FaultServer.REQUEST_ID, id);
    if (verb.hasKey()) {
      headers.set("Idempotency-Key", id);
    }
    if (verb.hasBody()) {
      headers.set("Content-Length", Verb.BODY.length());
    }
  }

  private static Reply reply(HttpClientResponse response) {
    return new Reply(
        response.status().code(), response.responseHeaders().get(FaultServer.REQUEST_ID, ""));
  }

  @Override
  public void close() {
    provider.dispose();
  }
}
