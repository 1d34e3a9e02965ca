package dev.holdfast.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.HoldfastMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dashboard and alerts ask for meters that there are, and the dashboard asks what the page asks.
 */
final class DashboardTest {

  private static final Path DOCS = Path.of("../docs");
  private static final Pattern SERIES = Pattern.compile("\\bholdfast_[a-z_]+");
  private static final Pattern QUERY = Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"");

  private static Set<String> series() {
    Set<String> all = new TreeSet<>();
    for (HoldfastMeter meter : HoldfastMeter.values()) {
      String name = meter.meterName().replace('.', '_');
      switch (meter.kind()) {
        case COUNTER -> all.add(name + "_total");
        case GAUGE -> all.add(name);
        case TIMER ->
            List.of("_count", "_sum", "_max").forEach(end -> all.add(name + "_seconds" + end));
        case SUMMARY -> List.of("_count", "_sum", "_max").forEach(end -> all.add(name + end));
      }
    }
    return all;
  }

  private static List<String> found(Pattern pattern, String text, int group) {
    return pattern.matcher(text).results().map((MatchResult each) -> each.group(group)).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"grafana.json", "alerts.yml"})
  void mustAskForMetersThatThereAre(String file) throws IOException {
    String text = Files.readString(DOCS.resolve(file));
    List<String> asked =
        found(file.endsWith("json") ? QUERY : Pattern.compile("(?s).+"), text, 0).stream()
            .flatMap(query -> found(SERIES, query, 0).stream())
            .toList();
    assertThat(asked).hasSizeGreaterThan(8);
    assertThat(series()).containsAll(asked);
  }

  /** Those of the page were asked of a real Prometheus. */
  @Test
  void mustShowWhatThePageAsks() throws IOException {
    String page = Files.readString(DOCS.resolve("meters.md"));
    List<String> queries =
        found(QUERY, Files.readString(DOCS.resolve("grafana.json")), 1).stream()
            .map(query -> query.replace("\\\"", "\""))
            .map(query -> query.replaceFirst(" > [0-9.]+$", ""))
            .toList();
    assertThat(queries)
        .hasSizeGreaterThan(12)
        .allSatisfy(query -> assertThat(page).contains(query));
  }
}
