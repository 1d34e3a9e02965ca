package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.SparseContender.Reading;
import dev.holdfast.benchmarks.SparseContender.Use;
import dev.holdfast.lab.Await;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Many connections, each used every few seconds, so that nearly every call follows an idle time.
 * Both contenders are driven at the same time, each on threads of its own. Targets: commands at the
 * server for each read at most 1.02 of the bare client's, processor time for each read at most 1.1
 * of it, heap for each connection at most 2 KB beyond it. A write waits for a proof of the path,
 * and is shown.
 */
final class SparseUse implements Benchmark {

  private static final double MOST_COMMANDS = 1.02;
  private static final double MOST_CPU = 1.1;
  private static final double MOST_BYTES = 2_048;

  private static final String READ = "read";
  private static final int MOST_PERIODS = 3;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration REST = Duration.ofMillis(700);

  private static final List<Integer> SIZES = List.of(1_000, 9_000);
  private static final List<Duration> PERIODS =
      List.of(Duration.ofMillis(4_000), Duration.ofMillis(2_250));

  /** Both contenders' readings of the same seconds. */
  private record Pair(Reading bare, Reading guarded) {}

  private final List<Figure> figures = new ArrayList<>();
  private final List<String> missed = new ArrayList<>();
  private final List<List<String>> table = new ArrayList<>();

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    int periods = Math.min(effort.rounds(), MOST_PERIODS);
    table.add(
        List.of(
            "connections, use",
            "bare commands/call",
            "guarded commands/call",
            "bare CPU us",
            "guarded CPU us",
            "ratio"));
    try (SparseContender bare = new SparseContender(Figure.BARE, RedisClients::bare);
        SparseContender guarded = new SparseContender(Figure.GUARDED, RedisClients::guarded)) {
      int before = 0;
      for (int size : SIZES) {
        heap(bare, guarded, before, size, out);
        before = size;
        for (Duration period : PERIODS) {
          calls(bare, guarded, size, period, periods, SparseUse::read, READ);
          calls(bare, guarded, size, period, periods, SparseUse::write, "write");
        }
        idle(bare, guarded, size, out);
      }
    }
    out.println();
    out.print(TextTable.of(table));
    out.printf(
        Locale.ROOT,
        "%ntargets: commands per read <= %.2f, CPU per read <= %.1f of the bare client's, heap <= %.0f B more: %s%n",
        MOST_COMMANDS,
        MOST_CPU,
        MOST_BYTES,
        missed.isEmpty() ? "met" : "missed by " + String.join(", ", missed));
    return figures;
  }

  private void heap(
      SparseContender bare, SparseContender guarded, int before, int size, PrintStream out) {
    int more = size - before;
    long empty = liveBytes();
    bare.open(size);
    long withBare = liveBytes();
    guarded.open(size);
    double bareBytes = (double) (withBare - empty) / more;
    double guardedBytes = (double) (liveBytes() - withBare) / more;
    String name = "redis-sparse-" + size;
    figures.add(new Figure(name, Figure.BARE, 1, "heap-per-connection", bareBytes, "B"));
    figures.add(new Figure(name, Figure.GUARDED, 1, "heap-per-connection", guardedBytes, "B"));
    out.printf(
        Locale.ROOT,
        "%d connections: heap for each %.0f B bare, %.0f B guarded%n",
        size,
        bareBytes,
        guardedBytes);
    if (before > 0) { // the first connections bring classes, event loops and their buffers
      target(guardedBytes - bareBytes <= MOST_BYTES, size + " connections, heap");
    }
  }

  private static long liveBytes() {
    Await.idle(REST);
    return LiveHeap.bytes();
  }

  private void calls(
      SparseContender bare,
      SparseContender guarded,
      int size,
      Duration period,
      int periods,
      Use use,
      String kind)
      throws Exception {
    Pair taken = together(bare, guarded, use, period, periods);
    double ratio = taken.guarded().microsPerCall() / taken.bare().microsPerCall();
    String name = "redis-sparse-%d-every-%d-ms".formatted(size, period.toMillis());
    figure(name, Figure.BARE, kind + "-commands", taken.bare().commandsPerCall(), "1");
    figure(name, Figure.GUARDED, kind + "-commands", taken.guarded().commandsPerCall(), "1");
    figure(name, Figure.BARE, kind + "-cpu", taken.bare().microsPerCall() * 1e3, "ns/op");
    figure(name, Figure.GUARDED, kind + "-cpu", taken.guarded().microsPerCall() * 1e3, "ns/op");
    figure(name, Figure.COMPARED, kind + "-cpu-ratio", ratio, "1");
    String label = "%d, a %s every %d ms".formatted(size, kind, period.toMillis());
    table.add(
        List.of(
            label,
            number("%.3f", taken.bare().commandsPerCall()),
            number("%.3f", taken.guarded().commandsPerCall()),
            number("%.1f", taken.bare().microsPerCall()),
            number("%.1f", taken.guarded().microsPerCall()),
            number("%.2f", ratio)));
    boolean read = kind.equals(READ);
    target(!read || ratio <= MOST_CPU, label + ", CPU");
    double commands = taken.guarded().commandsPerCall() / taken.bare().commandsPerCall();
    target(!read || commands <= MOST_COMMANDS, label + ", commands");
  }

  /** One period first that does not count, then both at once. */
  private static Pair together(
      SparseContender bare, SparseContender guarded, Use use, Duration period, int periods)
      throws Exception {
    AtomicReference<Reading> bareTook = new AtomicReference<>();
    AtomicReference<Reading> guardedTook = new AtomicReference<>();
    Thread one = caller(bare, use, period, periods, bareTook);
    Thread other = caller(guarded, use, period, periods, guardedTook);
    one.start();
    other.start();
    one.join();
    other.join();
    if (bareTook.get() == null || guardedTook.get() == null) {
      throw new IllegalStateException("a caller failed");
    }
    return new Pair(bareTook.get(), guardedTook.get());
  }

  private static Thread caller(
      SparseContender contender,
      Use use,
      Duration period,
      int periods,
      AtomicReference<Reading> took) {
    return contender.thread(
        () -> {
          contender.use(use, period, 1);
          Reading before = contender.reading();
          contender.use(use, period, periods);
          took.set(before.until(contender.reading()));
        });
  }

  private static CompletionStage<?> read(
      StatefulRedisConnection<String, String> connection, int number) {
    return connection.async().get(RedisCase.KEY);
  }

  private static CompletionStage<?> write(
      StatefulRedisConnection<String, String> connection, int number) {
    return connection.async().incr("n" + number);
  }

  /** What the plan's pings take while nobody calls. */
  private void idle(SparseContender bare, SparseContender guarded, int size, PrintStream out) {
    Reading bareBefore = bare.reading();
    Reading guardedBefore = guarded.reading();
    Await.idle(IDLE);
    Reading bareTook = bareBefore.until(bare.reading());
    Reading guardedTook = guardedBefore.until(guarded.reading());
    double seconds = IDLE.toMillis() / 1e3;
    String name = "redis-sparse-" + size;
    figure(name, Figure.BARE, "idle-cpu", bareTook.cpuNanos() / seconds, "ns/s");
    figure(name, Figure.GUARDED, "idle-cpu", guardedTook.cpuNanos() / seconds, "ns/s");
    figure(name, Figure.GUARDED, "idle-pings", guardedTook.commands() / seconds, "1/s");
    out.printf(
        Locale.ROOT,
        "%d connections idle: %.1f PINGs/s, CPU %.3f ms/s bare, %.3f ms/s guarded%n",
        size,
        guardedTook.commands() / seconds,
        bareTook.cpuNanos() / seconds / 1e6,
        guardedTook.cpuNanos() / seconds / 1e6);
  }

  private void figure(String name, String contender, String metric, double value, String unit) {
    figures.add(new Figure(name, contender, 1, metric, value, unit));
  }

  private void target(boolean met, String what) {
    if (!met) {
      missed.add(what);
    }
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
