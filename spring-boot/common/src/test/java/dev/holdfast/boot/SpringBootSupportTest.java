package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpringBootSupportTest {

  @ParameterizedTest
  @ValueSource(strings = {"3.4.13", "2.7.18", "5.0.0-M1", "four"})
  void mustRefuseALineWhereNothingWouldBeGuarded(String version) {
    assertThatIllegalStateException()
        .isThrownBy(() -> SpringBootSupport.requireSupported(version))
        .withMessageContaining(version)
        .withMessageContaining("spring-boot-starter-parent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5.0", "3.5.16", "4.0.9", "4.1.2"})
  void mustTakeTheSupportedLines(String version) {
    assertThatCode(() -> SpringBootSupport.requireSupported(version)).doesNotThrowAnyException();
  }
}
