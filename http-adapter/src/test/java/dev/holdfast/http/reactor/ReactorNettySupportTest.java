package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReactorNettySupportTest {

  @ParameterizedTest
  @ValueSource(strings = {"1.1.31", "2.0.0", "0.9.25.RELEASE", "one"})
  void mustNameThePropertyOfAnUnsupportedVersion(String version) {
    assertThatIllegalStateException()
        .isThrownBy(() -> ReactorNettySupport.requireSupported(version))
        .withMessageContaining(version)
        .withMessageContaining("reactor-bom.version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.0", "1.2.18", "1.3.8"})
  void mustTakeTheSupportedRange(String version) {
    assertThatCode(() -> ReactorNettySupport.requireSupported(version)).doesNotThrowAnyException();
  }
}
