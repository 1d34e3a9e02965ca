package dev.holdfast.examples;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * What the figures were taken with.
 *
 * @param text one line for people
 */
record Setting(String text) {
  static Setting of(String redis, String lettuce) {
    String now =
        ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd"));
    return new Setting(
        "Redis %s, Lettuce %s, Java %s, %s %s, %d processors, %s"
            .formatted(
                redis,
                lettuce,
                Runtime.version().feature(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                now));
  }
}
