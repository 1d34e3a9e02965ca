package dev.holdfast.boot;

import dev.holdfast.redis.LettuceGuard;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Names connection factories that were made past Spring Boot's customizers, and so past the guard.
 */
final class UnguardedFactories implements SmartInitializingSingleton, BeanFactoryAware {

  private static final Logger LOG = LoggerFactory.getLogger(UnguardedFactories.class);

  private @Nullable BeanFactory beans;

  @Override
  public void setBeanFactory(BeanFactory beans) {
    this.beans = beans;
  }

  @Override
  public void afterSingletonsInstantiated() {
    if (Objects.requireNonNull(beans) instanceof ListableBeanFactory all) {
      all.getBeansOfType(LettuceConnectionFactory.class, false, false).forEach(this::look);
    }
  }

  private void look(String bean, LettuceConnectionFactory factory) {
    boolean guarded =
        factory.getClientConfiguration().getClientResources().stream()
            .anyMatch(LettuceGuard::isInstalledIn);
    if (!guarded) {
      LOG.warn(
          "redis: the bean '{}' is a LettuceConnectionFactory without the guard: it was not made by"
              + " Spring Boot. Make its client configuration with"
              + " GuardedLettuce.install(guard, LettuceClientConfiguration.builder())",
          bean);
    }
  }
}
