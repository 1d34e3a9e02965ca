package dev.holdfast.boot;

import dev.holdfast.path.RequestedSettings;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a builder.
 *
 * @param name of its method
 * @param parameters their types
 * @param value the default
 * @param meaning the first paragraph of its javadoc
 */
record SettingRow(String name, String parameters, String value, String meaning) {

  private static final Pattern METHOD =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public (?:B|NetworkPath|\\w*Settings|\\w*Builder(?:<C>)?)"
              + " (\\w+)\\(([^)]*)\\) \\{",
          Pattern.DOTALL);

  private static final Pattern CODE = Pattern.compile("\\{@code ([^}]*)}");
  private static final Pattern LINK =
      Pattern.compile("\\{@link(?:plain)? (?:[^}]*\\s)?[\\w.]*?#?(\\w+)(?:\\([^)]*\\))?}");
  private static final Pattern PARAMETER = Pattern.compile("(?s)\n@param \\w+ (.*?)(?:\n@|$)");

  /** Where the field has another name than its method. */
  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("meterRegistry", "registry"),
          Map.entry("meters", "registry"),
          Map.entry("replayStateIdempotentWrites", "stateIdempotentToo"),
          Map.entry("withoutBackgroundPing", "backgroundPing"),
          Map.entry("withoutRetries", "retries"),
          Map.entry("withoutReplayOfIdempotentWrites", "idempotentToo"),
          Map.entry("leakDetection", "leakAfter"),
          Map.entry("planFor", "none"),
          Map.entry("through", "hops"));

  /** Those whose javadoc and code a source file holds. */
  static List<SettingRow> of(String source, Object fresh) {
    List<SettingRow> rows = new ArrayList<>();
    Matcher methods = METHOD.matcher(source);
    while (methods.find()) {
      String name = methods.group(2);
      String parameters = methods.group(3).replaceAll("\\s+\\w+(,|$)", "$1").strip();
      rows.add(new SettingRow(name, parameters, value(fresh, name), meaning(methods.group(1))));
    }
    return rows;
  }

  String text() {
    return "| `%s(%s)` | %s | %s |\n".formatted(name, parameters, value, meaning);
  }

  private static String meaning(String javadoc) {
    String text = javadoc.replaceAll("\\n\\s*\\* ?", "\n").strip();
    String first = text.split("\\n\\s*\\n|\\n@|\\n<p>", 2)[0];
    Matcher parameter = PARAMETER.matcher(text);
    String takes = parameter.find() ? " Value: " + parameter.group(1).strip() + "." : "";
    return plain(first + takes);
  }

  private static String plain(String javadoc) {
    String line = javadoc.replaceAll("\\s+", " ").strip();
    return LINK.matcher(CODE.matcher(line).replaceAll("`$1`")).replaceAll("`$1`");
  }

  private static String value(Object fresh, String method) {
    if (fresh instanceof RequestedSettings) {
      return method.startsWith("without") ? "off" : "derived";
    }
    Optional<Field> field = field(fresh.getClass(), FIELDS.getOrDefault(method, method));
    if (field.isEmpty()) {
      return "none";
    }
    try {
      field.get().setAccessible(true);
      Object value = field.get().get(fresh);
      return method.startsWith("without") ? text(Boolean.FALSE.equals(value)) : text(value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<Field> field(@Nullable Class<?> in, String name) {
    for (Class<?> at = in; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          return Optional.of(field);
        }
      }
    }
    return Optional.empty();
  }

  private static String text(@Nullable Object value) {
    if (value == null
        || value.equals(Optional.empty())
        || value.equals(0)
        || (value instanceof Collection<?> all && all.isEmpty())) {
      return "none";
    }
    if (value instanceof Optional<?> present) {
      return text(present.get());
    }
    if (value instanceof Duration time) {
      return time.toMillis() % 1_000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
    if (value instanceof Boolean on) {
      return on ? "on" : "off";
    }
    if (value instanceof Number || value instanceof CharSequence) {
      return "`" + value + "`";
    }
    return "see there";
  }
}
