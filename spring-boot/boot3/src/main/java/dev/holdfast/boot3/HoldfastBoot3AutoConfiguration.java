package dev.holdfast.boot3;

import dev.holdfast.boot.GuardedLettuce;
import dev.holdfast.boot.GuardedReactorClients;
import dev.holdfast.boot.HealthView;
import dev.holdfast.boot.HoldfastAutoConfiguration;
import dev.holdfast.guard.Guard;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.redis.LettuceGuard;
import feign.hc5.ApacheHttp5Client;
import io.lettuce.core.RedisClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.data.redis.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.autoconfigure.http.client.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.autoconfigure.http.client.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.reactive.HttpComponentsClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.cloud.openfeign.support.FeignHttpClientProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import reactor.netty.http.client.HttpClient;

/**
 * Hangs the guards into what Spring Boot 3.5 builds, behind its own customizers and the
 * application's: everything they set stays. Does nothing on another line of Spring Boot.
 */
@AutoConfiguration(
    after = HoldfastAutoConfiguration.class,
    beforeName = {
      "org.springframework.cloud.openfeign.FeignAutoConfiguration",
      "org.springframework.cloud.openfeign.loadbalancer.FeignLoadBalancerAutoConfiguration"
    })
public class HoldfastBoot3AutoConfiguration {

  /** Behind Spring Boot's own, which sets its factory at 0; before what has no order. */
  private static final int AFTER_SPRING_BOOT = 1;

  HoldfastBoot3AutoConfiguration() {}

  /** Lettuce: shared, pooled, reactive; standalone, Sentinel, cluster. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({
    RedisClient.class,
    LettuceConnectionFactory.class,
    LettuceClientConfigurationBuilderCustomizer.class
  })
  @ConditionalOnBean(LettuceGuard.class)
  static class Redis {

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    LettuceClientConfigurationBuilderCustomizer holdfastLettuceCustomizer(LettuceGuard guard) {
      return builder -> GuardedLettuce.install(guard, builder);
    }
  }

  /** RestClient and RestTemplate over Apache HttpClient 5. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HttpClientBuilder.class, ClientHttpRequestFactoryBuilderCustomizer.class})
  @ConditionalOnBean(ApacheHttpGuard.class)
  static class Apache {

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>
        holdfastRestClientCustomizer(ApacheHttpGuard guard) {
      return builder ->
          builder
              .withConnectionManagerCustomizer(guard.poolCustomizer())
              .withHttpClientCustomizer(guard.clientCustomizer());
    }
  }

  /**
   * The pool of Feign over Apache HttpClient 5. Spring Cloud OpenFeign before 5.0.1, whichever
   * Spring Boot it is for, lets its pool be replaced only, so this one is set up as Spring Cloud
   * does it.
   */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({ApacheHttp5Client.class, FeignHttpClientProperties.class})
  @ConditionalOnMissingClass(
      "org.springframework.cloud.openfeign.clientconfig.HttpClient5FeignConfiguration$"
          + "HttpClientConnectionManagerBuilderCustomizer")
  @ConditionalOnBooleanProperty(
      name = "spring.cloud.openfeign.httpclient.hc5.enabled",
      matchIfMissing = true)
  @ConditionalOnBean(ApacheHttpGuard.class)
  @ConditionalOnMissingBean(CloseableHttpClient.class)
  static class Feign {

    @Bean
    @ConditionalOnMissingBean
    HttpClientConnectionManager holdfastFeignPool(
        ApacheHttpGuard guard, FeignHttpClientProperties properties) {
      return FeignPool.of(properties, guard.poolCustomizer());
    }
  }

  /** WebClient over Reactor Netty, and RestClient where there is no HttpClient 5. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HttpClient.class, ClientHttpRequestFactoryBuilderCustomizer.class})
  @ConditionalOnBean(GuardedReactorClients.class)
  static class Reactor {

    @Bean
    @Order(AFTER_SPRING_BOOT)
    ClientHttpRequestFactoryBuilderCustomizer<ReactorClientHttpRequestFactoryBuilder>
        holdfastReactorRestClientCustomizer(GuardedReactorClients clients) {
      return builder -> builder.withHttpClientFactory(clients::client);
    }
  }

  /** WebClient, where Spring WebFlux is present. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({
    HttpClient.class,
    ClientHttpConnectorBuilderCustomizer.class,
    ClientHttpConnector.class
  })
  @ConditionalOnBean(GuardedReactorClients.class)
  static class WebClients {

    @Bean
    @Order(AFTER_SPRING_BOOT)
    ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder>
        holdfastWebClientCustomizer(GuardedReactorClients clients) {
      return builder -> builder.withHttpClientFactory(clients::client);
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> holdfastWebClientCheck(
        GuardedReactorClients clients) {
      return builder -> builder.withHttpClientCustomizer(clients::checked);
    }
  }

  /** WebClient over Apache HttpClient 5. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({
    HttpAsyncClientBuilder.class,
    ClientHttpConnectorBuilderCustomizer.class,
    ClientHttpConnector.class
  })
  @ConditionalOnBean(ApacheAsyncGuard.class)
  static class AsyncWebClients {

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    ClientHttpConnectorBuilderCustomizer<HttpComponentsClientHttpConnectorBuilder>
        holdfastAsyncWebClientCustomizer(ApacheAsyncGuard guard) {
      return builder ->
          builder
              .withConnectionManagerCustomizer(guard.poolCustomizer())
              .withHttpClientCustomizer(guard.clientCustomizer());
    }
  }

  /** Actuator's health. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
  @ConditionalOnEnabledHealthIndicator("holdfast")
  static class Monitoring {

    @Bean
    @ConditionalOnBean(Guard.class)
    HealthIndicator holdfastHealthIndicator(ObjectProvider<Guard> guards) {
      return () -> {
        HealthView view = HealthView.of(guards.orderedStream().toList());
        Health.Builder health = view.down() ? Health.down() : Health.up();
        return health.withDetails(view.details()).build();
      };
    }
  }
}
