package dev.holdfast.boot4;

import dev.holdfast.boot.HoldfastAutoConfiguration;
import dev.holdfast.boot.Line;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.elasticsearch.autoconfigure.ElasticsearchRestClientAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.cloud.openfeign.FeignAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestTemplate;

/** This line's own names. */
final class Boot4Line implements Line {

  @Override
  public List<Class<?>> autoConfigurations() {
    return List.of(
        FeignAutoConfiguration.class,
        DataRedisAutoConfiguration.class,
        DataRedisReactiveAutoConfiguration.class,
        ElasticsearchRestClientAutoConfiguration.class,
        HttpClientAutoConfiguration.class,
        ImperativeHttpClientAutoConfiguration.class,
        ReactiveHttpClientAutoConfiguration.class,
        RestClientAutoConfiguration.class,
        RestTemplateAutoConfiguration.class,
        SslAutoConfiguration.class,
        WebClientAutoConfiguration.class,
        HoldfastAutoConfiguration.class,
        HoldfastBoot4AutoConfiguration.class);
  }

  @Override
  public String[] http(String setting, String value) {
    return new String[] {"spring.http.clients." + setting + "=" + value};
  }

  @Override
  public String reactiveConnector() {
    return "spring.http.clients.reactive.connector";
  }

  @Override
  public List<String> feignSettings() {
    return List.of(
        "connectionTimeout",
        "connectionTimerRepeat",
        "disableSslValidation",
        "followRedirects",
        "hc5",
        "http2",
        "maxConnections",
        "maxConnectionsPerRoute",
        "timeToLive",
        "timeToLiveUnit");
  }

  @Override
  public RestTemplate restTemplate(ApplicationContext application) {
    return application.getBean(RestTemplateBuilder.class).build();
  }

  @Override
  public String health(ApplicationContext application) {
    HealthIndicator health = application.getBean("holdfastHealthIndicator", HealthIndicator.class);
    return Objects.requireNonNull(health.health()).getStatus().getCode();
  }
}
