package dev.holdfast.boot4;

import co.elastic.clients.transport.rest5_client.low_level.Rest5ClientBuilder;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.springframework.boot.elasticsearch.autoconfigure.Rest5ClientBuilderCustomizer;

/**
 * Hangs a guard into the two builders below Elasticsearch's client.
 *
 * @param guard of the application's clients
 */
record GuardedElasticsearch(ApacheAsyncGuard guard) implements Rest5ClientBuilderCustomizer {

  @Override
  public void customize(Rest5ClientBuilder builder) {
    // its own settings are the application's
  }

  @Override
  public void customize(PoolingAsyncClientConnectionManagerBuilder builder) {
    guard.poolCustomizer().accept(builder);
  }

  @Override
  public void customize(HttpAsyncClientBuilder builder) {
    guard.clientCustomizer().accept(builder);
  }
}
