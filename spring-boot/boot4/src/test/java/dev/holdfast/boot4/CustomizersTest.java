package dev.holdfast.boot4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;

/** The application's own customizers come before the guard's, and what they set stays. */
final class CustomizersTest {

  private static final AtomicReference<@Nullable HttpClient> BUILT = new AtomicReference<>();

  @Configuration(proxyBeanMethods = false)
  static class Own {

    @Bean
    ClientResourcesBuilderCustomizer threads() {
      return builder -> builder.ioThreadPoolSize(3);
    }

    @Bean
    LettuceClientOptionsBuilderCustomizer queue() {
      return builder -> builder.requestQueueSize(77);
    }

    @Bean
    LettuceClientConfigurationBuilderCustomizer timeout() {
      return builder -> builder.commandTimeout(Duration.ofMillis(1234));
    }

    @Bean
    ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> header() {
      return builder ->
          builder.withHttpClientCustomizer(
              client -> {
                HttpClient own = client.headers(headers -> headers.set("X-Shop", "1"));
                BUILT.set(own);
                return own;
              });
    }
  }

  @Test
  void mustKeepWhatTheySet() {
    new Boot4Line()
        .application(true)
        .withUserConfiguration(Own.class)
        .run(
            application -> {
              LettuceClientConfiguration client =
                  application.getBean(LettuceConnectionFactory.class).getClientConfiguration();
              ClientResources resources = client.getClientResources().orElseThrow();
              assertThat(resources.ioThreadPoolSize()).isEqualTo(3);
              assertThat(LettuceGuard.isInstalledIn(resources)).isTrue();
              assertThat(client.getClientOptions().orElseThrow().getRequestQueueSize())
                  .isEqualTo(77);
              assertThat(client.getCommandTimeout()).isEqualTo(Duration.ofMillis(1234));

              application.getBean(WebClient.Builder.class).build();
              HttpClient http = Objects.requireNonNull(BUILT.get());
              assertThat(ReactorHttpGuard.isInstalledIn(http)).isTrue();
              assertThat(http.configuration().headers().get("X-Shop")).isEqualTo("1");
            });
  }
}
