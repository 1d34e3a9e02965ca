package dev.holdfast.boot3;

import dev.holdfast.boot.HoldfastAutoConfiguration;
import dev.holdfast.boot.Line;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration;
import org.springframework.boot.autoconfigure.http.client.HttpClientAutoConfiguration;
import org.springframework.boot.autoconfigure.http.client.reactive.ClientHttpConnectorAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.web.reactive.function.client.WebClientAutoConfiguration;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.cloud.openfeign.FeignAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestTemplate;

/** This line's own names. */
final class Boot3Line implements Line {

  @Override
  public List<Class<?>> autoConfigurations() {
    return List.of(
        FeignAutoConfiguration.class,
        ClientHttpConnectorAutoConfiguration.class,
        HttpClientAutoConfiguration.class,
        RedisAutoConfiguration.class,
        RedisReactiveAutoConfiguration.class,
        RestClientAutoConfiguration.class,
        RestTemplateAutoConfiguration.class,
        SslAutoConfiguration.class,
        WebClientAutoConfiguration.class,
        HoldfastAutoConfiguration.class,
        HoldfastBoot3AutoConfiguration.class);
  }

  @Override
  public String[] http(String setting, String value) {
    return new String[] {
      "spring.http.client." + setting + "=" + value,
      "spring.http.reactiveclient." + setting + "=" + value
    };
  }

  @Override
  public String reactiveConnector() {
    return "spring.http.reactiveclient.connector";
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
        "okHttp",
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
