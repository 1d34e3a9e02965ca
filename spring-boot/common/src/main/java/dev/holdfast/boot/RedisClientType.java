package dev.holdfast.boot;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;

/** Which client Spring Boot takes for Redis. */
final class RedisClientType {

  private static final String PROPERTY = "spring.data.redis.client-type";

  private RedisClientType() {}

  /** It is told to, or has no other. */
  static final class Jedis extends AnyNestedCondition {

    Jedis() {
      super(ConfigurationPhase.PARSE_CONFIGURATION);
    }

    @ConditionalOnProperty(name = PROPERTY, havingValue = "jedis")
    static class Told {}

    @ConditionalOnMissingClass("io.lettuce.core.RedisClient")
    static class WithoutLettuce {}
  }

  /** It is not told to take another. */
  static final class Lettuce extends NoneNestedConditions {

    Lettuce() {
      super(ConfigurationPhase.PARSE_CONFIGURATION);
    }

    @ConditionalOnProperty(name = PROPERTY, havingValue = "jedis")
    static class ToldJedis {}
  }
}
