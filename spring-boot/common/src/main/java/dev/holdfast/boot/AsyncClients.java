package dev.holdfast.boot;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;

/** Something is there that uses HttpClient 5's asynchronous API, as few applications do. */
final class AsyncClients extends AnyNestedCondition {

  AsyncClients() {
    super(ConfigurationPhase.PARSE_CONFIGURATION);
  }

  @ConditionalOnClass(
      name = {
        "org.springframework.http.client.reactive.HttpComponentsClientHttpConnector",
        "org.apache.hc.core5.reactive.ReactiveResponseConsumer"
      })
  static class WebClient {}

  @ConditionalOnClass(name = "co.elastic.clients.transport.rest5_client.low_level.Rest5Client")
  static class Elasticsearch {}
}
