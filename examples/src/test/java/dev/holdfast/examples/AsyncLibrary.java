package dev.holdfast.examples;

import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
import co.elastic.clients.transport.rest5_client.low_level.Rest5ClientBuilder;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.Request;
import org.opensearch.client.RestClient;
import org.opensearch.client.RestClientBuilder;
import org.springframework.http.client.reactive.HttpComponentsClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/** What is built on HttpClient's asynchronous API, bare, or guarded as the documents say. */
enum AsyncLibrary {

  /** Its builder asks for both halves. */
  ELASTICSEARCH {
    @Override
    Calls open(HttpHost server, @Nullable ApacheAsyncGuard guard) {
      Rest5ClientBuilder builder =
          Rest5Client.builder(server)
              .setRequestConfigCallback(config -> config.setResponseTimeout(HANG));
      if (guard != null) {
        builder
            .setConnectionManagerCallback(guard.poolCustomizer())
            .setHttpClientConfigCallback(guard.clientCustomizer());
      }
      return new ElasticsearchCalls(builder.build());
    }
  },

  /**
   * The client that OpenSearch's Java client replaces; its builder has made its pool before it
   * asks, so it is given a guarded one.
   */
  OPENSEARCH {
    @Override
    @SuppressWarnings("deprecation")
    Calls open(HttpHost server, @Nullable ApacheAsyncGuard guard) {
      RestClientBuilder builder =
          RestClient.builder(server)
              .setRequestConfigCallback(config -> config.setResponseTimeout(HANG));
      if (guard != null) {
        var connections = guard.install(PoolingAsyncClientConnectionManagerBuilder.create());
        builder.setHttpClientConfigCallback(
            http -> guard.install(http).setConnectionManager(connections));
      }
      return new OpenSearchCalls(builder.build());
    }
  },

  /** Spring's, on HttpClient in place of Reactor Netty. */
  WEB_CLIENT {
    @Override
    Calls open(HttpHost server, @Nullable ApacheAsyncGuard guard) {
      HttpAsyncClientBuilder http =
          HttpAsyncClients.custom()
              .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(HANG).build());
      if (guard != null) {
        var connections = guard.install(PoolingAsyncClientConnectionManagerBuilder.create());
        guard.install(http).setConnectionManager(connections);
      }
      return new WebClientCalls(
          server.toURI(), new HttpComponentsClientHttpConnector(http.build()));
    }
  };

  static final Duration SOON = Duration.ofSeconds(20);

  /** A call not answered by then hangs. */
  private static final Timeout HANG = Timeout.ofSeconds(4);

  private static final String ID = "X-Request-Id";

  abstract Calls open(HttpHost server, @Nullable ApacheAsyncGuard guard);

  /** A client of one server. */
  interface Calls extends AutoCloseable {

    /** Begins a call; HttpClient has it when this returns. */
    CompletableFuture<String> begin(String id) throws IOException;

    /** The answer's body. */
    default String post(String id) throws IOException {
      return answer(begin(id));
    }

    @Override
    void close() throws IOException;
  }

  static String answer(CompletableFuture<String> call) throws IOException {
    try {
      return call.get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new IOException(failed.getCause());
    } catch (TimeoutException | InterruptedException late) {
      throw new AssertionError("no answer", late);
    }
  }

  private static String text(HttpEntity body) throws IOException {
    return new String(body.getContent().readAllBytes(), StandardCharsets.UTF_8);
  }

  private record ElasticsearchCalls(Rest5Client client) implements Calls {

    @Override
    public CompletableFuture<String> begin(String id) {
      var request = new co.elastic.clients.transport.rest5_client.low_level.Request("POST", "/");
      request.setOptions(request.getOptions().toBuilder().addHeader(ID, id));
      request.setJsonEntity("{}");
      CompletableFuture<String> call = new CompletableFuture<>();
      client.performRequestAsync(
          request,
          new co.elastic.clients.transport.rest5_client.low_level.ResponseListener() {
            @Override
            public void onSuccess(
                co.elastic.clients.transport.rest5_client.low_level.Response response) {
              try {
                call.complete(text(response.getEntity()));
              } catch (IOException unread) {
                call.completeExceptionally(unread);
              }
            }

            @Override
            public void onFailure(Exception failure) {
              call.completeExceptionally(failure);
            }
          });
      return call;
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  @SuppressWarnings("deprecation")
  private record OpenSearchCalls(RestClient client) implements Calls {

    @Override
    public CompletableFuture<String> begin(String id) {
      Request request = new Request("POST", "/");
      request.setOptions(request.getOptions().toBuilder().addHeader(ID, id));
      request.setJsonEntity("{}");
      CompletableFuture<String> call = new CompletableFuture<>();
      client.performRequestAsync(
          request,
          new org.opensearch.client.ResponseListener() {
            @Override
            public void onSuccess(org.opensearch.client.Response response) {
              try {
                call.complete(text(response.getEntity()));
              } catch (IOException unread) {
                call.completeExceptionally(unread);
              }
            }

            @Override
            public void onFailure(Exception failure) {
              call.completeExceptionally(failure);
            }
          });
      return call;
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  private record WebClientCalls(String origin, HttpComponentsClientHttpConnector connector)
      implements Calls {

    @Override
    public CompletableFuture<String> begin(String id) {
      return WebClient.builder()
          .clientConnector(connector)
          .baseUrl(origin)
          .build()
          .post()
          .uri("/")
          .header(ID, id)
          .bodyValue("{}")
          .retrieve()
          .bodyToMono(String.class)
          .toFuture();
    }

    @Override
    public void close() throws IOException {
      connector.close();
    }
  }
}
