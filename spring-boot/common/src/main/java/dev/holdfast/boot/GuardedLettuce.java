package dev.holdfast.boot;

import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.resource.ClientResources;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;

/** Hangs a guard into the client configuration that Spring Boot has put together. */
public final class GuardedLettuce {

  private GuardedLettuce() {}

  /**
   * Guards a configuration; everything that is set on it stays.
   *
   * @param guard to be installed
   * @param builder with all that Spring Boot and other customizers have set
   */
  public static void install(LettuceGuard guard, LettuceClientConfigurationBuilder builder) {
    LettuceClientConfiguration set = builder.build();
    builder.clientOptions(guard.options(set.getClientOptions().orElseGet(ClientOptions::create)));
    builder.clientResources(
        guard.install(set.getClientResources().orElseGet(ClientResources::create)));
  }
}
