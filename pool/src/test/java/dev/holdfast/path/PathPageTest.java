package dev.holdfast.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that tell users how to declare a path say what the code does. */
final class PathPageTest {

  private static final Path DOCS = Path.of("../docs");
  private static final Path PAGE = DOCS.resolve("choose-your-path.md");
  private static final Pattern TABLE = Pattern.compile("(?s)<!-- presets -->\n.*<!-- end -->");
  private static final Pattern WRITTEN =
      Pattern.compile("(?m)`([^`\n]+ -> [^`\n.]+)`|^\\s*(?:\\w+[.])?path: ([^\n`]+)");

  private static String table() {
    return "<!-- presets -->\n"
        + "| hop | idle limit | unacknowledged | counted by | at the limit | ends TCP | source |\n"
        + "|---|---|---|---|---|---|---|\n"
        + Arrays.stream(HopPreset.values())
            .map(HopPreset::hop)
            .map(PathPageTest::row)
            .collect(Collectors.joining())
        + "\n| server | closes after | counted by | source |\n|---|---|---|---|\n"
        + Arrays.stream(ServerPreset.values())
            .map(ServerPreset::limits)
            .map(PathPageTest::row)
            .collect(Collectors.joining())
        + "<!-- end -->";
  }

  private static String row(Hop hop) {
    return "| `%s` | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            hop.name(),
            Text.of(hop.idleLimit()),
            hop.unacknowledgedLimit().map(Text::of).orElse(""),
            words(hop.clock()),
            words(hop.expiry()),
            hop.terminates() ? "yes" : "",
            hop.source());
  }

  private static String row(ServerLimits server) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            server.name(),
            server.idleTimeout().map(Text::of).orElse("never, by default"),
            words(server.idleClock()),
            server.source());
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Run with {@code -Dpath.page=write} to make the page anew. */
  @Test
  void mustShowThePresetsAsTheyAre() throws IOException {
    String page = Files.readString(PAGE);
    String now = TABLE.matcher(page).replaceFirst(Matcher.quoteReplacement(table()));
    if ("write".equals(System.getProperty("path.page"))) {
      Files.writeString(PAGE, now);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(now);
  }

  @Test
  void mustWritePathsThatCanBeRead() throws IOException {
    List<String> written;
    try (Stream<Path> pages = Files.list(DOCS)) {
      written =
          pages
              .filter(page -> page.toString().endsWith(".md"))
              .flatMap(PathPageTest::written)
              .toList();
    }
    assertThat(written).hasSizeGreaterThan(15);
    for (String path : written) {
      assertThatCode(() -> NetworkPath.parse(path).plan()).as(path).doesNotThrowAnyException();
    }
  }

  private static Stream<String> written(Path page) {
    try {
      return WRITTEN
          .matcher(Files.readString(page).replaceAll(" *->\n *", " -> "))
          .results()
          .map(PathPageTest::path)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String path(MatchResult found) {
    String quoted = found.group(1);
    return quoted == null ? found.group(2) : quoted.replaceFirst("^[\\w.]+path: ", "");
  }
}
