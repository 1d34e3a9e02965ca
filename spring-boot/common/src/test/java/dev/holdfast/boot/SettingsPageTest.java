package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Properties as an editor completes them, and as the page lists them. */
final class SettingsPageTest {

  private static final Path PAGE = Path.of("../../docs/spring-boot.md");
  private static final Pattern PROPERTY =
      Pattern.compile("\"name\": \"(holdfast[^\"]*)\",\\s*\"type\": \"java\\.(?:lang|time)\\.");
  private static final Pattern LISTED = Pattern.compile("(?m)^\\| `(holdfast\\.[^`]+)` \\|");

  private static String metadata() throws IOException {
    try (var file =
        HoldfastProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      return new String(
          Objects.requireNonNull(file, "no metadata").readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Set<String> names(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  @Test
  void mustListEveryPropertyAndNoOther() throws IOException {
    assertThat(names(LISTED, Files.readString(PAGE)))
        .isEqualTo(names(PROPERTY, metadata()))
        .hasSizeGreaterThan(8);
  }

  @Test
  void mustDescribeEveryProperty() throws IOException {
    String metadata = metadata();
    int properties = names(PROPERTY, metadata).size();
    assertThat(Pattern.compile("\"description\": \"").matcher(metadata).results().count())
        .isGreaterThanOrEqualTo(properties);
  }
}
