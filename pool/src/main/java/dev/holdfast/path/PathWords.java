package dev.holdfast.path;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Paths as text, for command lines and configuration files. A hop or a server is one word: a name,
 * and behind a colon what differs from its preset, as {@code aws-nlb:idle=400s} or {@code
 * redis:timeout=5m}. A name that is no preset declares all. A path is such words with arrows
 * between them, the server last: {@code k8s-ipvs -> aws-nlb -> redis:timeout=5m}.
 */
public final class PathWords {
  private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._-]+");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  private PathWords() {}

  /**
   * Reads a whole path, as {@link NetworkPath#parse} does.
   *
   * @param text words with {@code ->} between them, the server last
   * @return the path
   * @throws IllegalArgumentException if a word is not understood, which it names
   */
  static NetworkPath path(String text) {
    List<String> words = Arrays.stream(text.strip().split("\\s*->\\s*", -1)).toList();
    if (words.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "not a path: '"
              + text
              + "'; every arrow has a word on either side. Fix: write hops and, last, the server:"
              + " aws-nlb -> redis");
    }
    for (String word : words) {
      requireName(name(word), word);
    }
    NetworkPath path = NetworkPath.to(server(words.get(words.size() - 1)));
    for (String hop : words.subList(0, words.size() - 1)) {
      path = path.through(hop(hop));
    }
    return path;
  }

  /**
   * Reads a time.
   *
   * @param text as {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 1d}
   * @return the time
   * @throws IllegalArgumentException if it is none
   */
  public static Duration time(String text) {
    Matcher parts = TIME.matcher(Objects.requireNonNull(text, "text"));
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "not a time: '"
              + text
              + "'; it must be a number with its unit. Fix: write 250ms, 30s, 5m, 2h or 1d");
    }
    BigDecimal nanos =
        new BigDecimal(parts.group(1))
            .multiply(BigDecimal.valueOf(NANOS.getOrDefault(parts.group(2), 0L)));
    if (nanos.precision() - nanos.scale() > 18) {
      throw new IllegalArgumentException(
          "too long a time: '"
              + text
              + "'; it must be at most 3650 days. Fix: write a shorter one");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /**
   * Reads a hop.
   *
   * @param word a preset's name, with or without {@code :idle=}, {@code unacknowledged=}, {@code
   *     clock=}, {@code expiry=}, {@code terminates=}; or any name with {@code :idle=}
   * @return the hop
   * @throws IllegalArgumentException if the word is not understood
   */
  public static Hop hop(String word) {
    Map<String, String> options = options(Objects.requireNonNull(word, "word"));
    Hop.Builder hop =
        PresetWords.isHop(name(word), options.containsKey("idle"))
            ? HopPreset.named(name(word)).hop().toBuilder()
            : Hop.named(name(word));
    for (Map.Entry<String, String> option : options.entrySet()) {
      String value = option.getValue();
      switch (option.getKey()) {
        case "idle" -> hop.idleLimit(time(value)).source("declared");
        case "unacknowledged" -> hop.unacknowledgedLimit(time(value));
        case "clock" -> hop.clock(constant(IdleClock.class, value));
        case "expiry" -> hop.expiry(constant(Expiry.class, value));
        case "terminates" -> hop.terminates(truth(value));
        default ->
            throw unknown(option.getKey(), "idle, unacknowledged, clock, expiry, terminates");
      }
    }
    return hop.build();
  }

  /** Every character of a name is one that no arrow and no address is written with. */
  private static void requireName(String name, String word) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name is '%s' in '%s'; it must be letters, digits, '-', '_' and '.'. Fix: write '->'"
                  .formatted(name, word)
              + " between hops and server, and no address: aws-nlb -> redis");
    }
  }

  /**
   * Reads a server.
   *
   * @param word a preset's name, with or without {@code :timeout=}, {@code advertised=}, {@code
   *     max-age=}, {@code max-requests=}, {@code clock=}; or any name with {@code :timeout=}, which
   *     is {@code none} where nothing closes an idle connection
   * @return the server's limits
   * @throws IllegalArgumentException if the word is not understood
   */
  public static ServerLimits server(String word) {
    Map<String, String> options = options(Objects.requireNonNull(word, "word"));
    boolean limited = options.containsKey("timeout") || options.containsKey("advertised");
    ServerLimits server = PresetWords.server(name(word), limited);
    for (Map.Entry<String, String> option : options.entrySet()) {
      String value = option.getValue();
      server =
          switch (option.getKey()) {
            case "timeout" ->
                "none".equals(value)
                    ? server.withoutIdleTimeout()
                    : server.withIdleTimeout(time(value));
            case "advertised" -> server.withAdvertisedTimeout(time(value));
            case "max-age" -> server.withMaxAge(time(value));
            case "max-requests" -> server.withMaxRequests(number(value));
            case "clock" -> server.withIdleClock(constant(IdleClock.class, value));
            default ->
                throw unknown(option.getKey(), "timeout, advertised, max-age, max-requests, clock");
          };
    }
    return server;
  }

  private static String name(String word) {
    int colon = word.indexOf(':');
    return colon < 0 ? word : word.substring(0, colon);
  }

  private static Map<String, String> options(String word) {
    Map<String, String> options = new LinkedHashMap<>();
    int colon = word.indexOf(':');
    if (colon < 0) {
      return options;
    }
    for (String option : word.substring(colon + 1).split(",", -1)) {
      int equals = option.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "not a KEY=VALUE: '%s' in '%s'. Fix: write what differs behind a colon, redis:timeout=5m"
                .formatted(option, word));
      }
      String key = option.substring(0, equals);
      if (options.put(key, option.substring(equals + 1)) != null) {
        throw new IllegalArgumentException(
            "'%s' is set twice in '%s'. Fix: take one of them out".formatted(key, word));
      }
    }
    return options;
  }

  /**
   * Reads a whole number.
   *
   * @param text digits
   * @return the number
   * @throws IllegalArgumentException if it is none
   */
  public static int number(String text) {
    try {
      return Integer.parseInt(Objects.requireNonNull(text, "text"));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "not a whole number: '" + text + "'. Fix: write digits, at most 2147483647");
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "neither true nor false: '" + text + "'. Fix: write true or false");
    };
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      StringBuilder known = new StringBuilder();
      for (E each : type.getEnumConstants()) {
        known.append(' ').append(each.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      }
      throw new IllegalArgumentException(
          "unknown: '" + text + "' (there are:" + known + "). Fix: write one of them");
    }
  }

  private static IllegalArgumentException unknown(String key, String known) {
    return new IllegalArgumentException(
        "unknown key: '" + key + "' (there are: " + known + "). Fix: write one of them");
  }
}
