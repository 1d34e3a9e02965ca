package dev.holdfast.boot4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.transport.rest5_client.low_level.Request;
import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
import co.elastic.clients.transport.rest5_client.low_level.Rest5ClientBuilder;
import dev.holdfast.boot.HttpContract;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.elasticsearch.autoconfigure.Rest5ClientBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

final class HttpTest extends HttpContract {

  HttpTest() {
    super(new Boot4Line());
  }

  private static ApplicationContextRunner searching(FaultServer server, boolean guarded) {
    return new Boot4Line()
        .application(guarded)
        .withPropertyValues("spring.elasticsearch.uris=" + server.uri(""));
  }

  private static String search(ApplicationContext application, String uri) {
    try {
      Request request = new Request("POST", URI.create(uri).getPath());
      request.setJsonEntity("{}");
      Rest5Client client = application.getBean(Rest5Client.class);
      return EntityUtils.toString(client.performRequest(request).getEntity());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void mustGuardElasticsearch() {
    try (FaultServer server = FaultServer.plain()) {
      searching(server, true)
          .run(
              application -> {
                outlivesAFarewell(server, uri -> search(application, uri));
                ApacheAsyncGuard guard = application.getBean(ApacheAsyncGuard.class);
                assertThat(guard.health().installed()).isTrue();
                assertThat(guard.health().endpoints()).isNotEmpty();
              });
    }
  }

  private static Rest5ClientBuilderCustomizer impatient() {
    return new Rest5ClientBuilderCustomizer() {
      @Override
      public void customize(Rest5ClientBuilder builder) {}

      @Override
      public void customize(RequestConfig.Builder builder) {
        builder.setResponseTimeout(Timeout.ofMilliseconds(400));
      }
    };
  }

  /** Of the application's own customizer: Spring Boot's property has no effect, bare too. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustKeepTheTimeoutOfElasticsearch(boolean guarded) {
    try (FaultServer server = FaultServer.plain()) {
      server.freeze();
      searching(server, guarded)
          .withBean(Rest5ClientBuilderCustomizer.class, HttpTest::impatient)
          .run(
              application ->
                  assertThatThrownBy(() -> search(application, server.uri("/slow")))
                      .hasStackTraceContaining("imeout"));
    }
  }
}
