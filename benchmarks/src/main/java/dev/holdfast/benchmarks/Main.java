package dev.holdfast.benchmarks;

import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;

/** The entry point of {@code benchmarks/run}. */
public final class Main {
  private static final int MEASURED = 0;
  private static final int NOT_MEASURED = 1;
  private static final int WRONG_USAGE = 2;

  private Main() {}

  /**
   * Runs the benchmark named on the command line and ends the JVM with its exit code.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.out, System.err));
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    CommandLine line;
    try {
      line = CommandLine.parse(args);
    } catch (UsageException e) {
      err.println("benchmarks/run: " + e.getMessage());
      err.println();
      err.print(CommandLine.usage());
      return WRONG_USAGE;
    }
    Benchmarks benchmark = line.benchmark();
    if (benchmark == null) {
      out.print(CommandLine.usage());
      return MEASURED;
    }
    try {
      List<Figure> figures = benchmark.create(line.sample()).run(line.effort(), out);
      if (line.json() != null) {
        Files.writeString(line.json(), FigureJson.of(figures));
        out.println("figures: " + line.json());
      }
      return MEASURED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("benchmarks/run: interrupted");
    } catch (Exception e) {
      err.println("benchmarks/run: the run could not be made: " + e.getMessage());
      e.printStackTrace(err);
    }
    return NOT_MEASURED;
  }
}
