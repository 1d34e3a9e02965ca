package dev.holdfast.internal.wire;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
    Map<String, Long> counters = new HashMap<>();
    text("net/snmp").ifPresent(text -> parse(text, counters));
    text("net/netstat").ifPresent(text -> parse(text, counters));
    return counters.isEmpty()
        ? Optional.empty()
        : Optional.of(new HostReading(System.nanoTime(), counters, timeWait()));
  }

  /**
   * Reads one setting.
   *
   * @param name as {@code sysctl} has it, for example {@code net.ipv4.tcp_keepalive_time}
   * @return its text; empty if this kernel has none of that name or does not show it
   */
  public Optional<String> setting(String name) {
    return text("sys/" + name.replace('.', '/'));
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
  private static void parse(String text, Map<String, Long> counters) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = lines.get(i).split(" ", -1);
      String[] values = lines.get(i + 1).split(" ", -1);
      String prefix = names[0].replace(':', '.');
      for (int column = 1; column < Math.min(names.length, values.length); column++) {
        if (values[column].matches("-?\\d{1,18}")) {
          counters.put(prefix + names[column], Long.parseLong(values[column]));
        }
      }
    }
  }
}
