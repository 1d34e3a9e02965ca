package dev.holdfast.internal.http;

import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server says in {@code Keep-Alive: timeout=N, max=M}. No standard defines the header for
 * HTTP/1.1 (RFC 9112 does not); it is a hint of any peer and read as such: bounded, never an
 * exception, and it can only lower a limit. Immutable.
 *
 * @param timeout for how long the server says it keeps an idle connection; empty if it does not say
 * @param max how many more requests it says it takes on this connection; empty if it does not say
 */
public record KeepAliveHint(Optional<Duration> timeout, OptionalLong max) {

  /** Says nothing. */
  public static final KeepAliveHint NONE =
      new KeepAliveHint(Optional.empty(), OptionalLong.empty());

  /** Of each field this much is read; a real one has 20 characters. */
  private static final int MOST_CHARACTERS = 256;

  private static final int MOST_FIELDS = 8;

  /** More digits than 68 years of seconds: nothing a limit could be lowered by. */
  private static final int MOST_DIGITS = 9;

  /**
   * Reads the header. Where a parameter occurs several times the lowest value counts; what is no
   * plain number is as good as absent.
   *
   * @param fields the values of all {@code Keep-Alive} fields
   * @return the hint
   */
  public static KeepAliveHint parse(Iterable<String> fields) {
    long timeout = Long.MAX_VALUE;
    long max = Long.MAX_VALUE;
    int read = 0;
    for (String field : fields) {
      if (read++ == MOST_FIELDS) {
        break;
      }
      String text = field.length() > MOST_CHARACTERS ? field.substring(0, MOST_CHARACTERS) : field;
      for (String parameter : text.split(",", -1)) {
        timeout = Math.min(timeout, number(parameter, "timeout"));
        max = Math.min(max, number(parameter, "max"));
      }
    }
    return timeout == Long.MAX_VALUE && max == Long.MAX_VALUE
        ? NONE
        : new KeepAliveHint(
            timeout == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofSeconds(timeout)),
            max == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(max));
  }

  private static long number(String parameter, String name) {
    int equals = parameter.indexOf('=');
    if (equals < 0
        || !parameter.substring(0, equals).strip().toLowerCase(Locale.ROOT).equals(name)) {
      return Long.MAX_VALUE;
    }
    String value = parameter.substring(equals + 1).strip();
    if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
      value = value.substring(1, value.length() - 1);
    }
    boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits && value.length() <= MOST_DIGITS ? Long.parseLong(value) : Long.MAX_VALUE;
  }

  /**
   * For how long a connection may be idle before it is used again: what the server says, less the
   * margin of the plan's path, or what the plan says, whichever is less.
   *
   * @param plan of the path
   * @return the age; zero if the connection must not be used again; empty if nobody limits it
   */
  public Optional<Duration> maxIdleAge(ConnectionPlan plan) {
    if (max.isPresent() && max.getAsLong() == 0) {
      return Optional.of(Duration.ZERO);
    }
    Optional<Duration> hinted = timeout.map(plan.path()::safeAge);
    Optional<Duration> planned = plan.maxIdleAge();
    if (hinted.isEmpty() || planned.isEmpty()) {
      return hinted.or(() -> planned);
    }
    return hinted.get().compareTo(planned.get()) < 0 ? hinted : planned;
  }
}
