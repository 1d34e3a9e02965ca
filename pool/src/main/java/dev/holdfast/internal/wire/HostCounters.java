package dev.holdfast.internal.wire;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringTokenizer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what this host's kernel says of TCP, without privileges: counters of its network namespace
 * and settings ({@code sysctl}). A middlebox's settings are not among them, not even where a
 * container runs on the same machine as its node. Thread-safe; a reading costs some file reads,
 * which is nothing to do for every call.
 */
public final class HostCounters {

  private static final Pattern TIME_WAIT = Pattern.compile("(?m)^TCP:.* tw (\\d+)");

  /** Of a long, whatever they are. */
  private static final int MOST_DIGITS = 18;

  private final Path proc;

  private HostCounters(Path proc) {
    this.proc = proc;
  }

  /**
   * Reads a {@code /proc} that lies elsewhere, say one that a container mounts of its host.
   *
   * @param proc the directory
   * @return a reader
   */
  public static HostCounters of(Path proc) {
    return new HostCounters(proc);
  }

  /**
   * The counters of the host, or container, this process runs on.
   *
   * @return a reader; off Linux all it returns is empty
   */
  public static HostCounters ofThisHost() {
    return of(Path.of("/proc"));
  }

  /**
   * Reads the counters.
   *
   * @return the reading; empty where there is none to read, as off Linux
   */
  public Optional<HostReading> read() {
    return read(any -> true);
  }

  /**
   * Reads the few counters that serve as evidence, at a third of the cost of all.
   *
   * @return the reading; empty where there is none to read
   */
  public Optional<HostReading> evidence() {
    return read(HostReading.EVIDENCE::contains);
  }

  private Optional<HostReading> read(Predicate<String> wanted) {
    Map<String, Long> counters = new HashMap<>();
    text("net/snmp").ifPresent(text -> parse(text, wanted, counters));
    text("net/netstat").ifPresent(text -> parse(text, wanted, counters));
    return counters.isEmpty()
        ? Optional.empty()
        : Optional.of(new HostReading(System.nanoTime(), counters, timeWait()));
  }

  /**
   * Reads one setting.
   *
   * @param name as {@code sysctl} has it, for example {@code net.ipv4.tcp_keepalive_time}; a dot
   *     within a part of it, say the interface {@code eth0.100}, is written as a slash
   * @return its text; empty if this kernel has none of that name or does not show it
   */
  public Optional<String> setting(String name) {
    StringBuilder file = new StringBuilder("sys/");
    name.chars().map(HostCounters::swapped).forEach(one -> file.append((char) one));
    return text(file.toString());
  }

  private static int swapped(int one) {
    return one == '.' ? '/' : one == '/' ? '.' : one;
  }

  /**
   * Reads one setting that is a number.
   *
   * @param name as {@code sysctl} has it
   * @return its value; empty if there is none, or it is no single number
   */
  public OptionalLong number(String name) {
    Optional<String> text = setting(name).filter(value -> value.matches("-?\\d{1,18}"));
    return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
  }

  /**
   * The sockets in TIME_WAIT, to any destination: one read of {@code /proc/net/sockstat}.
   *
   * @return empty where it cannot be read
   */
  public OptionalLong timeWait() {
    Optional<Matcher> found = text("net/sockstat").map(TIME_WAIT::matcher).filter(Matcher::find);
    return found.isPresent()
        ? OptionalLong.of(Long.parseLong(found.get().group(1)))
        : OptionalLong.empty();
  }

  private Optional<String> text(String file) {
    return HostFile.text(proc.resolve(file));
  }

  /** Pairs of lines: a prefix with the names, the prefix with the values. */
  private static void parse(String text, Predicate<String> wanted, Map<String, Long> counters) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      StringTokenizer names = new StringTokenizer(lines.get(i), " ");
      StringTokenizer values = new StringTokenizer(lines.get(i + 1), " ");
      String prefix = names.hasMoreTokens() ? names.nextToken().replace(':', '.') : "";
      if (values.hasMoreTokens()) {
        values.nextToken();
      }
      while (names.hasMoreTokens() && values.hasMoreTokens()) {
        String name = prefix + names.nextToken();
        String value = values.nextToken();
        if (wanted.test(name) && isNumber(value)) {
          counters.put(name, Long.parseLong(value));
        }
      }
    }
  }

  private static boolean isNumber(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    int digits = text.length() - first;
    return digits >= 1
        && digits <= MOST_DIGITS
        && text.chars().skip(first).allMatch(one -> one >= '0' && one <= '9');
  }
}
