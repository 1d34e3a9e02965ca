package dev.holdfast.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Waiting for what was sent between two sockets of this host. The kernel hands it over at once, as
 * a rule: on a busy machine the one thread of it that does may have to wait for its turn, and who
 * has closed a socket may write to the other end before that has heard of it.
 *
 * <p>Without {@code /proc/net/tcp}, which Linux alone has, nothing is waited for.
 */
public final class Loopback {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ESTABLISHED = "01";
  private static final String NOTHING = "00000000";

  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private Loopback() {}

  /**
   * Waits until a socket has heard that its other end has sent a FIN or an RST.
   *
   * @param port of the end that was closed
   * @param peerPort of the end that is to hear of it
   */
  public static void awaitEndHeard(int port, int peerPort) {
    Await.until(
        "the end is heard of",
        SOON,
        () -> rows().noneMatch(between(peerPort, port).and(row -> row.state.equals(ESTABLISHED))));
  }

  /**
   * The connections to a server, of this host.
   *
   * @param port of the server
   * @return their other ends' ports
   */
  static List<Integer> connectedTo(int port) {
    String to = ":%04X".formatted(port);
    return rows()
        .filter(row -> row.remote.endsWith(to) && row.state.equals(ESTABLISHED))
        .map(row -> Integer.valueOf(row.local.substring(row.local.lastIndexOf(':') + 1), 16))
        .toList();
  }

  /**
   * Waits until every socket that was connected to a port has heard of its end: for clients in this
   * network namespace, while none of them connects.
   *
   * @param port whose side of each connection was closed
   */
  public static void awaitEndsHeard(int port) {
    Await.until("every end is heard of", SOON, () -> connectedTo(port).isEmpty());
  }

  /**
   * Waits until all that was sent is in the other end's kernel, or has been read from it.
   *
   * @param port of the end that has sent
   * @param peerPort of the end that is to have it
   */
  public static void awaitArrived(int port, int peerPort) {
    Await.until(
        "what was sent has arrived",
        SOON,
        () -> {
          List<Row> rows = rows().toList();
          return rows.stream()
                  .anyMatch(between(peerPort, port).and(row -> !row.unread.equals(NOTHING)))
              || rows.stream()
                  .allMatch(between(port, peerPort).negate().or(row -> row.unsent.equals(NOTHING)));
        });
  }

  private static Predicate<Row> between(int local, int remote) {
    String from = ":%04X".formatted(local);
    String to = ":%04X".formatted(remote);
    return row -> row.local.endsWith(from) && row.remote.endsWith(to);
  }

  /** One line of {@code proc_net_tcp.rst}. */
  private record Row(String local, String remote, String state, String unsent, String unread) {

    private static Row parse(String line) {
      String[] columns = line.trim().split("\\s+", 6);
      String[] queues = columns[4].split(":", 2);
      return new Row(columns[1], columns[2], columns[3], queues[0], queues[1]);
    }
  }

  private static Stream<Row> rows() {
    return TABLES.stream()
        .filter(Files::exists)
        .flatMap(table -> lines(table).stream().skip(1))
        .map(Row::parse);
  }

  private static List<String> lines(Path table) {
    try {
      return Files.readAllLines(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
