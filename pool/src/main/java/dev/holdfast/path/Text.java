package dev.holdfast.path;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Numbers as people read them. */
final class Text {

  private Text() {}

  static String of(Duration value) {
    BigDecimal seconds = BigDecimal.valueOf(value.getSeconds());
    return plain(seconds.add(BigDecimal.valueOf(value.getNano(), 9))) + " s";
  }

  static String rate(double perSecond) {
    return plain(BigDecimal.valueOf(perSecond).setScale(2, RoundingMode.HALF_UP)) + "/s";
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
