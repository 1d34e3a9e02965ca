package dev.holdfast.examples;

import java.util.Locale;

/** Markup in small pieces; all text is escaped, all numbers are written with a point. */
final class Svg {
  private final StringBuilder out = new StringBuilder();

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  Svg open(String width, String height, String label) {
    out.append("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"".formatted(width, height))
        .append(escape(label))
        .append("\">\n");
    return this;
  }

  Svg line(String type, double x1, double y1, double x2, double y2) {
    return add(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        type, x1, y1, x2, y2);
  }

  Svg rect(String type, double x, double y, double width, double height) {
    return add(
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
        type, x, y, width, height);
  }

  /** A path of absolute or relative commands, with a tooltip. */
  Svg mark(String type, String tooltip, String path, Object... numbers) {
    out.append("<path class=\"").append(type).append("\" d=\"");
    out.append(String.format(Locale.ROOT, path, numbers)).append("\"><title>");
    out.append(escape(tooltip)).append("</title></path>\n");
    return this;
  }

  Svg text(String type, double x, double y, String text) {
    add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", type, x, y);
    out.setLength(out.length() - 1);
    out.append(escape(text)).append("</text>\n");
    return this;
  }

  String close() {
    return out.append("</svg>\n").toString();
  }

  private Svg add(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
    return this;
  }
}
