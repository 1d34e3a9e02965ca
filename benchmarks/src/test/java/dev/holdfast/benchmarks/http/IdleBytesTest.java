package dev.holdfast.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A thousand strings for each client in the build; {@code benchmarks/run fuzz} has Jazzer try a
 * million.
 */
@Timeout(120)
final class IdleBytesTest {

  private static final int STRINGS = 1_000;

  @ParameterizedTest
  @EnumSource
  void mustNeverTakeForAnAnswerWhatArrivedWhileIdle(HttpClientKind kind) {
    Fragments fragments = new Fragments(2026);
    try (IdleBytes idle = new IdleBytes(kind, true)) {
      for (int i = 0; i < STRINGS; i++) {
        idle.arrive(fragments.next());
      }
      System.out.printf(
          Locale.ROOT,
          "%s: %d strings, %d connections given up%n",
          kind,
          idle.strings(),
          idle.replaced());
      assertThat(idle.strings()).isBetween(STRINGS * 98L / 100, (long) STRINGS); // no line ends
      assertThat(idle.replaced()).isEqualTo(idle.strings());
    }
  }

  @Test
  void mustFindThatBareHttpClientDoes() {
    Fragments fragments = new Fragments(2026);
    try (IdleBytes idle = new IdleBytes(HttpClientKind.HC5, false)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < STRINGS; i++) {
                  idle.arrive(fragments.next());
                }
              })
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
