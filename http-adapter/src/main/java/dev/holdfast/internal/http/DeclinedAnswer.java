package dev.holdfast.internal.http;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An answer that says "not now, but then": 503 or 429 with {@code Retry-After} (RFC 9110, section
 * 15.6.4; RFC 6585, section 4). Without that header it may as well mean never. Immutable.
 *
 * @param code the value for meter tags
 * @param after how long the server asks to wait
 * @param within how long the caller waits for an answer; null if he has not said
 * @param by who said so, compared by {@code equals}
 */
public record DeclinedAnswer(String code, Duration after, @Nullable Duration within, Object by) {

  private static final String[] CODES = {"http_429", "http_503"};

  /**
   * Every code there is.
   *
   * @return a copy
   */
  public static String[] codes() {
    return CODES.clone();
  }

  /**
   * Whether an answer may be one, by its status alone.
   *
   * @param status of a response
   * @return whether its {@code Retry-After} matters
   */
  public static boolean mayBe(int status) {
    return status == 503 || status == 429;
  }

  /**
   * What a server answered, if it was this.
   *
   * @param status of its response
   * @param retryAfter the value of that header; null if there is none
   * @param date the value of {@code Date}; null if there is none
   * @param within how long the caller waits for an answer; null if he has not said
   * @param by who said so
   * @return null if it was not
   */
  public static @Nullable DeclinedAnswer of(
      int status,
      @Nullable String retryAfter,
      @Nullable String date,
      @Nullable Duration within,
      Object by) {
    return mayBe(status)
        ? RetryAfter.parse(retryAfter, date, Instant.now())
            .map(after -> new DeclinedAnswer(CODES[status == 429 ? 0 : 1], after, within, by))
            .orElse(null)
        : null;
  }
}
