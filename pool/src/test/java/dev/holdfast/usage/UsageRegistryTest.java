package dev.holdfast.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.example.shop.Callers;
import org.junit.jupiter.api.Test;

final class UsageRegistryTest {

  private static final String REDIS = "redis.example:6379";

  private final UsageRegistry registry = new UsageRegistry();

  @Test
  void mustRefuseTheOtherUseNamingBothCallSites() {
    EndpointUsage first = Callers.orders(() -> registry.declare(REDIS, Usage.LONG_LIVED));
    assertThat(first.usage()).isEqualTo(Usage.LONG_LIVED);
    assertThatExceptionOfType(MixedUsageException.class)
        .isThrownBy(() -> Callers.reports(() -> registry.declare(REDIS, Usage.SHORT_LIVED)))
        .withMessageContaining("redis.example:6379 is declared long-lived at")
        .satisfies(
            mixed -> {
              assertThat(mixed.declaredAt())
                  .startsWith("com.example.shop.Callers.orders(Callers.java:");
              assertThat(mixed.refusedAt())
                  .startsWith("com.example.shop.Callers.reports(Callers.java:");
              assertThat(mixed).hasMessageContaining(mixed.declaredAt());
              assertThat(mixed).hasMessageContaining(mixed.refusedAt());
            });
  }

  @Test
  void mustNameTheCallSitesItIsTold() {
    assertThat(registry.declare(REDIS, Usage.LONG_LIVED, "here").usage())
        .isEqualTo(Usage.LONG_LIVED);
    assertThatExceptionOfType(MixedUsageException.class)
        .isThrownBy(() -> registry.declare(REDIS, Usage.SHORT_LIVED, "there"))
        .matches(mixed -> mixed.declaredAt().equals("here") && mixed.refusedAt().equals("there"));
  }

  @Test
  void mustAllowTheSameUseAndOtherEndpoints() {
    assertThat(registry.declare(REDIS, Usage.LONG_LIVED).endpoint()).isEqualTo(REDIS);
    assertThat(registry.declare(REDIS, Usage.LONG_LIVED).endpoint()).isEqualTo(REDIS);
    assertThat(registry.declare("redis.example:6380", Usage.SHORT_LIVED).usage())
        .isEqualTo(Usage.SHORT_LIVED);
  }

  @Test
  void mustFreeTheEndpointWithItsLastDeclaration() {
    EndpointUsage one = registry.declare(REDIS, Usage.LONG_LIVED);
    EndpointUsage two = registry.declare(REDIS, Usage.LONG_LIVED);
    one.close();
    one.close();
    assertThatExceptionOfType(MixedUsageException.class)
        .isThrownBy(() -> registry.declare(REDIS, Usage.SHORT_LIVED));
    two.close();
    assertThat(registry.declare(REDIS, Usage.SHORT_LIVED).usage()).isEqualTo(Usage.SHORT_LIVED);
  }
}
