package dev.holdfast.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One property as editors complete it.
 *
 * @param name all of it
 * @param description for people
 * @param value the default, if there is one
 */
record PropertyMetadata(String name, String description, Optional<String> value) {

  private static final Pattern ENTRY = Pattern.compile("\\{[^{}]*}");
  private static final Pattern NAME = Pattern.compile("\"name\": \"([^\"]*)\"");
  private static final Pattern DESCRIPTION = Pattern.compile("\"description\": \"([^\"]*)\"");
  private static final Pattern DEFAULT =
      Pattern.compile("\"defaultValue\": (\\[\\s*]|\"?[^\",}\\s]+)");
  private static final String TYPE = "\"type\": \"java.";

  /** Those of the starter, in the order of their names. */
  static List<PropertyMetadata> read() {
    try (var file =
        HoldfastProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      byte[] all = Objects.requireNonNull(file, "no metadata").readAllBytes();
      List<PropertyMetadata> found = new ArrayList<>();
      Matcher entries = ENTRY.matcher(new String(all, StandardCharsets.UTF_8));
      while (entries.find()) {
        String entry = entries.group();
        if (entry.contains(TYPE)) {
          found.add(
              new PropertyMetadata(
                  first(NAME, entry).orElseThrow(),
                  first(DESCRIPTION, entry).orElse(""),
                  first(DEFAULT, entry)
                      .map(text -> text.replace("\"", ""))
                      .filter(text -> !text.startsWith("["))));
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
