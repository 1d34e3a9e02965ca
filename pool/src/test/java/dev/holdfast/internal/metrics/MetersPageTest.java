package dev.holdfast.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.HoldfastMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page of all meters is made from {@link HoldfastMeter}. */
final class MetersPageTest {

  private static final Path PAGE = Path.of("../docs/meters.md");
  private static final Pattern TABLE = Pattern.compile("(?s)<!-- meters -->\n.*<!-- end -->");

  private static String table() {
    return "<!-- meters -->\n"
        + "| meter | in Prometheus | kind | tags | what it tells |\n|---|---|---|---|---|\n"
        + Arrays.stream(HoldfastMeter.values())
            .map(MetersPageTest::row)
            .collect(Collectors.joining())
        + "<!-- end -->";
  }

  private static String row(HoldfastMeter meter) {
    return "| `%s` | `%s` | %s | %s | %s |\n"
        .formatted(
            meter.meterName(),
            prometheus(meter),
            meter.kind().name().toLowerCase(Locale.ROOT),
            meter.tags().stream().map("`%s`"::formatted).collect(Collectors.joining(", ")),
            meter.description());
  }

  private static String prometheus(HoldfastMeter meter) {
    String name = meter.meterName().replace('.', '_');
    return switch (meter.kind()) {
      case COUNTER -> name + "_total";
      case TIMER -> name + "_seconds";
      case GAUGE, SUMMARY -> name;
    };
  }

  /** Run with {@code -Dmeters.page=write} to make the page anew. */
  @Test
  void mustBeWhatTheMetersAre() throws IOException {
    String page = Files.readString(PAGE);
    String now = TABLE.matcher(page).replaceFirst(Matcher.quoteReplacement(table()));
    if ("write".equals(System.getProperty("meters.page"))) {
      Files.writeString(PAGE, now);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(now);
  }
}
