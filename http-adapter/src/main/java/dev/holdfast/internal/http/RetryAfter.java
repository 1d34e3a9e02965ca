package dev.holdfast.internal.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code Retry-After}: RFC 9110, section 10.2.3. Pure. */
public final class RetryAfter {

  private static final int MOST_CHARACTERS = 64;

  /** 31 years of seconds. */
  private static final int MOST_DIGITS = 9;

  /** A date may be that of the year 9999, which is past a long of nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(3650);

  private RetryAfter() {}

  /**
   * How long the server asks its client to wait.
   *
   * @param field the value of {@code Retry-After}, whole seconds or a date; null if there is none
   * @param date the value of {@code Date} in the same answer, the server's own clock; null if there
   *     is none
   * @param now by the client's clock, for a date where the server does not say its own
   * @return zero for a date that has passed, ten years for one later than that; empty if nothing is
   *     asked, or in a form that is not HTTP's
   */
  public static Optional<Duration> parse(
      @Nullable String field, @Nullable String date, Instant now) {
    if (field == null || field.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    String text = field.strip();
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return text.length() > MOST_DIGITS
          ? Optional.empty()
          : Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    return instant(text)
        .map(at -> Duration.between(instant(date).orElse(now), at))
        .map(wait -> wait.isNegative() ? Duration.ZERO : wait)
        .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
  }

  private static Optional<Instant> instant(@Nullable String text) {
    if (text == null || text.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException noDate) {
      return Optional.empty();
    }
  }
}
