package dev.holdfast.boot;

import dev.holdfast.guard.Guard;
import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.UnknownHttpPath;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettuceGuardBuilder;
import dev.holdfast.redis.jedis.JedisGuard;
import dev.holdfast.redis.jedis.JedisGuardBuilder;
import feign.hc5.ApacheHttp5Client;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.function.Function;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.openfeign.clientconfig.HttpClient5FeignConfiguration.HttpClientBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.http.client.HttpClient;
import redis.clients.jedis.Jedis;

/**
 * Makes the guards of the clients that are on the class path, one for each kind. A bean of your own
 * takes the place of any of them. Where they are hung in differs between Boot 3 and 4, and stands
 * in those modules.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "holdfast.enabled", matchIfMissing = true)
@EnableConfigurationProperties(HoldfastProperties.class)
public class HoldfastAutoConfiguration {

  /**
   * Spring Boot's.
   *
   * @throws IllegalStateException on a line of Spring Boot that is not supported
   */
  HoldfastAutoConfiguration() {
    SpringBootSupport.requireSupported(SpringBootVersion.getVersion());
  }

  private static MeterRegistry registry(ObjectProvider<MeterRegistry> registries) {
    return registries.getIfAvailable(() -> Metrics.globalRegistry);
  }

  /** Lettuce, as Spring Data Redis uses it. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({RedisClient.class, LettuceConnectionFactory.class})
  @ConditionalOnBooleanProperty(name = "holdfast.redis.enabled", matchIfMissing = true)
  @Conditional(RedisClientType.Lettuce.class)
  static class Redis {

    @Bean
    @ConditionalOnMissingBean
    LettuceGuard holdfastLettuceGuard(
        HoldfastProperties properties, ObjectProvider<MeterRegistry> registries) {
      HoldfastProperties.Redis redis = properties.redis();
      LettuceGuardBuilder guard =
          LettuceGuard.custom(
                  HoldfastPlans.plan(
                      "holdfast.redis.path", redis.path(), LettuceGuard::unknownPath, "redis"))
              .name("redis")
              .probeAfter(
                  HoldfastPlans.probeAfter("holdfast.redis.probe-after", redis.probeAfter()))
              .meterRegistry(registry(registries));
      return (redis.replayStateIdempotentWrites() ? guard.replayStateIdempotentWrites() : guard)
          .build();
    }

    @Bean
    UnguardedFactories holdfastUnguardedFactories() {
      return new UnguardedFactories();
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "holdfast.redis.follow-sentinels", matchIfMissing = true)
    FollowedSentinels holdfastFollowedSentinels(LettuceGuard guard, ListableBeanFactory beans) {
      return new FollowedSentinels(guard, beans);
    }
  }

  /** Jedis, as Spring Data Redis uses it where {@code spring.data.redis.client-type} says so. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Jedis.class, GenericObjectPool.class, JedisConnectionFactory.class})
  @ConditionalOnBooleanProperty(name = "holdfast.redis.enabled", matchIfMissing = true)
  @Conditional(RedisClientType.Jedis.class)
  static class JedisRedis {

    @Bean
    @ConditionalOnMissingBean
    JedisGuard holdfastJedisGuard(
        HoldfastProperties properties, ObjectProvider<MeterRegistry> registries) {
      HoldfastProperties.Redis redis = properties.redis();
      JedisGuardBuilder guard =
          JedisGuard.custom(
                  HoldfastPlans.plan(
                      "holdfast.redis.path", redis.path(), JedisGuard::unknownPath, "redis"))
              .name("redis")
              .probeAfter(
                  HoldfastPlans.probeAfter("holdfast.redis.probe-after", redis.probeAfter()))
              .meterRegistry(registry(registries));
      return (redis.replayStateIdempotentWrites() ? guard.replayStateIdempotentWrites() : guard)
          .build();
    }

    @Bean
    static GuardedJedisFactories holdfastJedisFactories(ObjectProvider<JedisGuard> guard) {
      return new GuardedJedisFactories(guard);
    }
  }

  private static <B extends HttpGuardBuilder<B>> B http(
      Function<ConnectionPlan, B> custom,
      String name,
      HoldfastProperties properties,
      ObjectProvider<MeterRegistry> registries) {
    HoldfastProperties.Http http = properties.http();
    ConnectionPlan plan =
        HoldfastPlans.plan("holdfast.http.path", http.path(), UnknownHttpPath::path, "nginx");
    B guard =
        HoldfastPlans.hosts(custom.apply(plan), http.hosts())
            .name(name)
            .probeAfter(HoldfastPlans.probeAfter("holdfast.http.probe-after", http.probeAfter()))
            .meterRegistry(registry(registries));
    return http.replayIdempotentWrites() ? guard : guard.withoutReplayOfIdempotentWrites();
  }

  /** Apache HttpClient 5, as RestClient and RestTemplate use it. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HttpClientBuilder.class, ClientHttpRequestFactory.class})
  @ConditionalOnBooleanProperty(name = "holdfast.http.enabled", matchIfMissing = true)
  static class Apache {

    @Bean
    @ConditionalOnMissingBean
    ApacheHttpGuard holdfastApacheHttpGuard(
        HoldfastProperties properties, ObjectProvider<MeterRegistry> registries) {
      return http(ApacheHttpGuard::custom, "rest-client", properties, registries).build();
    }
  }

  /** Apache HttpClient 5 with its asynchronous API, as WebClient and Elasticsearch's client may. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HttpAsyncClientBuilder.class)
  @ConditionalOnBooleanProperty(name = "holdfast.http.enabled", matchIfMissing = true)
  @Conditional(AsyncClients.class)
  static class ApacheAsync {

    @Bean
    @ConditionalOnMissingBean
    ApacheAsyncGuard holdfastApacheAsyncGuard(
        HoldfastProperties properties, ObjectProvider<MeterRegistry> registries) {
      return http(ApacheAsyncGuard::custom, "async-client", properties, registries).build();
    }
  }

  /** Feign over Apache HttpClient 5. Its pool is made or customized as its line has it. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({
    ApacheHttp5Client.class,
    HttpClientBuilderCustomizer.class,
    HttpClientBuilder.class,
    ClientHttpRequestFactory.class
  })
  @ConditionalOnBooleanProperty(name = "holdfast.http.enabled", matchIfMissing = true)
  static class Feign {

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    HttpClientBuilderCustomizer holdfastFeignCustomizer(
        ApacheHttpGuard guard, ObjectProvider<HttpClientConnectionManager> pool) {
      return builder -> GuardedFeign.install(guard, pool.getObject(), builder);
    }
  }

  /** Reactor Netty, as WebClient uses it, and RestClient where there is no HttpClient 5. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HttpClient.class, ReactorResourceFactory.class})
  @ConditionalOnBooleanProperty(name = "holdfast.http.enabled", matchIfMissing = true)
  static class Reactor {

    @Bean
    @ConditionalOnMissingBean
    ReactorHttpGuard holdfastReactorHttpGuard(
        HoldfastProperties properties, ObjectProvider<MeterRegistry> registries) {
      return http(ReactorHttpGuard::custom, "web-client", properties, registries).build();
    }

    @Bean
    GuardedReactorClients holdfastReactorClients(
        ReactorHttpGuard guard, ObjectProvider<ReactorResourceFactory> resources) {
      return new GuardedReactorClients(guard, resources);
    }
  }

  /** Actuator's endpoint {@code holdfast}. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  static class Monitoring {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    HoldfastEndpoint holdfastEndpoint(ObjectProvider<Guard> guards) {
      return new HoldfastEndpoint(guards);
    }
  }
}
