package dev.holdfast.benchmarks;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What many short lives leave behind: a client with its resources, and for the guarded contender a
 * guard and a pool, opened, used and closed in each order. Target: no thread and no descriptor, and
 * of the heap no more than the bare client leaves.
 */
final class Endings implements Benchmark {

  private static final int LIVES = 200;
  private static final Duration SOON = Duration.ofSeconds(30);

  /** Of noise: a class loaded late, a buffer of the collector's. */
  private static final long MOST_BYTES_A_LIFE = 512;

  /** What is there besides what is reachable for good. */
  private record Left(long threads, long descriptors, long bytes) {
    static Left now(long atMostThreads) {
      Await.until("threads", SOON, () -> liveThreads() <= atMostThreads);
      return new Left(liveThreads(), openDescriptors(), LiveHeap.bytes());
    }

    Left since(Left before) {
      return new Left(
          threads - before.threads, descriptors - before.descriptors, bytes - before.bytes);
    }
  }

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    List<List<RedisLife.Part>> orders = RedisLife.orders();
    try (RedisServer server = RedisServer.builder().start()) {
      for (List<RedisLife.Part> order : orders) { // loads what is loaded once
        RedisLife.bare(server.port()).live(order);
        RedisLife.guarded(server.port()).live(order);
      }
      Left bare = leave(orders, () -> RedisLife.bare(server.port()));
      Left guarded = leave(orders, () -> RedisLife.guarded(server.port()));
      out.printf("%d lives of each, closed in %d orders in turn%n%n", LIVES, orders.size());
      out.print(
          TextTable.of(
              List.of(
                  List.of("left behind", "threads", "descriptors", "heap B a life"),
                  row(Figure.BARE, bare),
                  row(Figure.GUARDED, guarded))));
      long more = (guarded.bytes() - bare.bytes()) / LIVES;
      boolean met =
          guarded.threads() <= Math.max(0, bare.threads())
              && guarded.descriptors() <= Math.max(0, bare.descriptors())
              && more <= MOST_BYTES_A_LIFE;
      out.printf(
          Locale.ROOT,
          "%ntarget: no thread and no descriptor, at most %d B a life more than bare: %s%n",
          MOST_BYTES_A_LIFE,
          met ? "met" : "missed");
      List<Figure> figures = new ArrayList<>(figures(Figure.BARE, bare));
      figures.addAll(figures(Figure.GUARDED, guarded));
      return figures;
    }
  }

  /** A life, opened. */
  @FunctionalInterface
  private interface Opening {
    RedisLife open();
  }

  private static Left leave(List<List<RedisLife.Part>> orders, Opening opening) throws Exception {
    Left before = Left.now(Long.MAX_VALUE);
    for (int i = 0; i < LIVES; i++) {
      opening.open().live(orders.get(i % orders.size()));
    }
    return Left.now(before.threads()).since(before);
  }

  private static long liveThreads() {
    return Thread.getAllStackTraces().keySet().stream().filter(Thread::isAlive).count();
  }

  private static long openDescriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> row(String contender, Left left) {
    return List.of(
        contender,
        String.valueOf(left.threads()),
        String.valueOf(left.descriptors()),
        String.valueOf(left.bytes() / LIVES));
  }

  private static List<Figure> figures(String contender, Left left) {
    return List.of(
        new Figure("redis-endings", contender, 1, "threads", left.threads(), "1"),
        new Figure("redis-endings", contender, 1, "descriptors", left.descriptors(), "1"),
        new Figure("redis-endings", contender, 1, "heap", (double) left.bytes() / LIVES, "B/op"));
  }
}
