package dev.holdfast.examples;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** First steps with Reactor Netty and, by way of it, Spring's {@code WebClient}. */
final class ReactorQuickstart {

  private ReactorQuickstart() {}

  static HttpClient client() {
    // readme
    ReactorHttpGuard guard = ReactorHttpGuard.create(ApacheQuickstart.plan());
    ConnectionProvider pool = guard.provider(ConnectionProvider.builder("orders"));
    HttpClient client = guard.install(HttpClient.create(pool));
    // end
    return client;
  }

  /** Spring's client needs no line more. */
  static WebClient webClient(HttpClient guarded) {
    return WebClient.builder().clientConnector(new ReactorClientHttpConnector(guarded)).build();
  }
}
