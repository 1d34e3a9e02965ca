package dev.holdfast.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Figures as a JSON array, one object a line. */
final class FigureJson {
  private FigureJson() {}

  static String of(List<Figure> figures) {
    return figures.stream()
        .map(FigureJson::object)
        .collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
  }

  private static String object(Figure figure) {
    return "{\"benchmark\": %s, \"contender\": %s, \"threads\": %d, \"metric\": %s, \"value\": %s, \"unit\": %s}"
        .formatted(
            text(figure.benchmark()),
            text(figure.contender()),
            figure.threads(),
            text(figure.metric()),
            number(figure.value()),
            text(figure.unit()));
  }

  /** Six decimals: a ratio needs three, and the noise takes the rest. */
  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6f", value).replaceFirst("\\.?0+$", "");
  }

  private static String text(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
