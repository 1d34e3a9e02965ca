package dev.holdfast.benchmarks;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Heap taken by a connection that was used once and is idle since: what is live after forced
 * collections, before and after a batch of connections is opened. Batches of the two contenders
 * alternate. Target: the guard takes at most 2 KB.
 */
final class IdleHeap implements Benchmark {
  private static final int CONNECTIONS = 1_000;
  private static final double MOST_BYTES = 2_048;

  /** The guard samples a used connection for 200 ms before it counts it as idle. */
  private static final long REST_MILLIS = 700;

  private static final String NAME = "redis-idle-connection";

  private record Batch(double bareBytes, double guardedBytes) {}

  /** Everything opened so far; kept reachable while it is measured. */
  private final List<StatefulRedisConnection<String, String>> opened = new ArrayList<>();

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    int rounds = Math.min(effort.rounds(), 10);
    int size = CONNECTIONS / rounds;
    List<Batch> batches = new ArrayList<>();
    try (RedisServer server = RedisServer.builder().arguments("--maxclients", "5000").start();
        RedisClients bare = RedisClients.bare(server.port());
        RedisClients guarded = RedisClients.guarded(server.port())) {
      server.command("SET", RedisCase.KEY, RedisCase.VALUE);
      out.printf("%d connections of each contender in %d batches%n", rounds * size, rounds);
      bytesFor(bare, size); // classes, event loops and their buffers
      bytesFor(guarded, size);
      for (int i = 0; i < rounds; i++) {
        batches.add(new Batch(bytesFor(bare, size), bytesFor(guarded, size)));
      }
    }
    Spread bareBytes = Spread.of(batches, Batch::bareBytes);
    Spread guardedBytes = Spread.of(batches, Batch::guardedBytes);
    Spread guardBytes = Spread.of(batches, batch -> batch.guardedBytes() - batch.bareBytes());
    out.println();
    out.print(
        TextTable.of(
            List.of(
                List.of("heap per connection", "median B", "quartiles"),
                row(Figure.BARE, bareBytes),
                row(Figure.GUARDED, guardedBytes),
                row("the guard's part", guardBytes))));
    out.println();
    out.printf(
        Locale.ROOT,
        "target: the guard takes at most %.0f B: %s%n",
        MOST_BYTES,
        guardBytes.median() <= MOST_BYTES ? "met" : "missed");
    return List.of(
        figure(Figure.BARE, "heap-per-connection", bareBytes.median()),
        figure(Figure.GUARDED, "heap-per-connection", guardedBytes.median()),
        figure(Figure.COMPARED, "heap-per-connection-difference", guardBytes.median()),
        figure(Figure.COMPARED, "heap-per-connection-difference-q1", guardBytes.q1()),
        figure(Figure.COMPARED, "heap-per-connection-difference-q3", guardBytes.q3()));
  }

  private double bytesFor(RedisClients clients, int size) throws InterruptedException {
    long before = LiveHeap.bytes();
    for (int i = 0; i < size; i++) {
      StatefulRedisConnection<String, String> connection = clients.connect();
      connection.sync().get(RedisCase.KEY);
      opened.add(connection);
    }
    TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
    return (double) (LiveHeap.bytes() - before) / size;
  }

  private static List<String> row(String label, Spread spread) {
    return List.of(
        label,
        String.format(Locale.ROOT, "%.0f", spread.median()),
        String.format(Locale.ROOT, "%.0f..%.0f", spread.q1(), spread.q3()));
  }

  private static Figure figure(String contender, String metric, double value) {
    return new Figure(NAME, contender, 1, metric, value, "B");
  }
}
