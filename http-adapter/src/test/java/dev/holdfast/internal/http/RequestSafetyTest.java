package dev.holdfast.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.retry.ReplaySafety;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestSafetyTest {

  @ParameterizedTest
  @CsvSource({
    "GET, SAFE",
    "HEAD, SAFE",
    "OPTIONS, SAFE",
    "TRACE, SAFE",
    "PUT, STATE_IDEMPOTENT",
    "DELETE, STATE_IDEMPOTENT",
    "POST, UNSAFE",
    "PATCH, UNSAFE",
    "CONNECT, UNSAFE",
    "get, UNSAFE",
    "PROPFIND, UNSAFE",
    "'', UNSAFE"
  })
  void mustJudgeByTheMethod(String method, ReplaySafety safety) {
    assertThat(RequestSafety.of(method, false, false)).isEqualTo(safety);
    assertThat(RequestSafety.of(method, true, false)).isEqualTo(ReplaySafety.SAFE);
    assertThat(RequestSafety.of(method, false, true)).isEqualTo(ReplaySafety.SAFE);
  }

  @ParameterizedTest
  @CsvSource({"GET, GET", "post, POST", "PATCH, PATCH", "secret-token, OTHER", "'', OTHER"})
  void mustNameOnlyMethodsThatAreNoSecret(String method, String name) {
    assertThat(RequestSafety.name(method)).isEqualTo(name);
  }
}
