package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions of HttpClient that nobody has tried the guard with are told by name. */
final class InstallationTest {

  @ParameterizedTest
  @ValueSource(strings = {"5.7-alpha1", "5.7", "5.12.1", "6.0"})
  void mustNameWhatIsNewer(String version) {
    assertThat(Installation.untried(version).orElseThrow())
        .contains(version, "httpclient5.version", "Fix: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.4", "5.4.4", "5.5.2", "5.6.5", "of unknown version"})
  void mustTakeWhatWasTried(String version) {
    assertThat(Installation.untried(version)).isEmpty();
  }
}
