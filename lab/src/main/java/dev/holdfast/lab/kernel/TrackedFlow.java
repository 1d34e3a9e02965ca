package dev.holdfast.lab.kernel;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One TCP flow in the router's conntrack table.
 *
 * @param state conntrack's name for its state, for example {@code ESTABLISHED}
 * @param left how long it will be kept if nothing passes: the only trace of the unacknowledged
 *     class, whose flows keep their state's name
 * @param line the whole entry as {@code conntrack -L} prints it
 */
public record TrackedFlow(String state, Duration left, String line) {

  private static final Pattern ENTRY = Pattern.compile("tcp\\s+6 (\\d+) (\\w+) .*");

  static TrackedFlow parse(String line) {
    Matcher entry = ENTRY.matcher(line);
    if (!entry.matches()) {
      throw new IllegalStateException("not a conntrack entry of TCP: " + line);
    }
    return new TrackedFlow(
        entry.group(2), Duration.ofSeconds(Long.parseLong(entry.group(1))), line.strip());
  }
}
