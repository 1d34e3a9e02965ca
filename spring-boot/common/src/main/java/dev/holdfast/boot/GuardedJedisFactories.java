package dev.holdfast.boot;

import dev.holdfast.redis.jedis.JedisGuard;
import dev.holdfast.redis.spring.GuardedJedisConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Puts a guarded factory in the place of the one that Spring Boot has made of its properties and of
 * the application's customizers, before that one has connected. One that the application made
 * itself is its own.
 */
final class GuardedJedisFactories implements BeanPostProcessor, BeanFactoryAware {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedJedisFactories.class);

  private static final String BOOT = "org.springframework.boot.";

  private final ObjectProvider<JedisGuard> guard;
  private @Nullable BeanFactory beans;

  GuardedJedisFactories(ObjectProvider<JedisGuard> guard) {
    this.guard = guard;
  }

  @Override
  public void setBeanFactory(BeanFactory beans) {
    this.beans = beans;
  }

  @Override
  public Object postProcessBeforeInitialization(Object bean, String name) {
    if (!(bean instanceof JedisConnectionFactory made)
        || bean instanceof GuardedJedisConnectionFactory) {
      return bean;
    }
    if (!bean.getClass().equals(JedisConnectionFactory.class) || !isBoots(name)) {
      LOG.warn(
          "redis: the bean '{}' is a JedisConnectionFactory without the guard: it was not made by"
              + " Spring Boot. Make a GuardedJedisConnectionFactory instead",
          name);
      return bean;
    }
    if (!GuardedJedisConnectionFactory.canGuard(made)) {
      LOG.warn(
          "redis: Jedis opens a connection for each use, and the guard protects those that are"
              + " kept. Fix: put org.apache.commons:commons-pool2 on the class path and do not set"
              + " spring.data.redis.jedis.pool.enabled=false");
      return bean;
    }
    return GuardedJedisConnectionFactory.inPlaceOf(made, guard.getObject());
  }

  private boolean isBoots(String name) {
    if (!(beans instanceof ConfigurableListableBeanFactory all)
        || !all.containsBeanDefinition(name)) {
      return false;
    }
    String by = all.getMergedBeanDefinition(name).getFactoryBeanName();
    return by != null && by.startsWith(BOOT);
  }
}
