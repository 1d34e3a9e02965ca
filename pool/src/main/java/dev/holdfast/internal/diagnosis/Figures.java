package dev.holdfast.internal.diagnosis;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Times and shares as people read them. */
final class Figures {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private Figures() {}

  /** Milliseconds below a second, else seconds with up to three decimals. */
  static String text(Duration time) {
    return time.compareTo(SECOND) < 0
        ? plain(BigDecimal.valueOf(time.toNanos(), 6).setScale(1, RoundingMode.HALF_UP)) + " ms"
        : plain(BigDecimal.valueOf(time.toNanos(), 9).setScale(3, RoundingMode.HALF_UP)) + " s";
  }

  static String rate(double perSecond) {
    return plain(BigDecimal.valueOf(perSecond).setScale(2, RoundingMode.HALF_UP)) + "/s";
  }

  static String share(long part, long whole) {
    return whole == 0 ? "none" : Math.round(100.0 * part / whole) + " %";
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
