package dev.holdfast.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryAfterTest {

  private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
  private static final Instant THEN = Instant.parse("1994-11-06T08:49:37Z");

  @Test
  void mustReadSecondsAndDates() {
    assertThat(RetryAfter.parse(" 120 ", null, THEN)).contains(Duration.ofMinutes(2));
    assertThat(RetryAfter.parse("0", null, THEN)).contains(Duration.ZERO);
    assertThat(RetryAfter.parse(DATE, null, THEN.minusSeconds(7))).contains(Duration.ofSeconds(7));
    assertThat(RetryAfter.parse(DATE, null, THEN.plusSeconds(7))).contains(Duration.ZERO);
  }

  @Test
  void mustGoByTheServersOwnClock() {
    assertThat(RetryAfter.parse("Sun, 06 Nov 1994 08:49:40 GMT", DATE, THEN.minusSeconds(3_600)))
        .contains(Duration.ofSeconds(3));
    assertThat(RetryAfter.parse(DATE, "not a date", THEN)).contains(Duration.ZERO);
  }

  @Test
  void mustLetNoDateBeTooLateToCount() {
    assertThat(RetryAfter.parse("Fri, 31 Dec 9999 23:59:59 GMT", DATE, THEN))
        .hasValueSatisfying(wait -> assertThat(wait.toNanos()).isPositive());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "1.5", "12345678901", "1, 2", "٣"})
  void mustTakeNothingElseForAWait(String field) {
    assertThat(RetryAfter.parse(field, null, THEN)).isEmpty();
    assertThat(RetryAfter.parse(null, null, THEN)).isEmpty();
    assertThat(RetryAfter.parse("1".repeat(100), null, THEN)).isEmpty();
  }
}
