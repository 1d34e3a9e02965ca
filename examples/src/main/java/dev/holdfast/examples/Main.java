package dev.holdfast.examples;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.LettuceVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;

/** The entry point of {@code examples/run}. */
public final class Main {
  private static final int CLEAN = 0;
  private static final int NOT_CLEAN = 1;
  private static final int WRONG_USAGE = 2;

  private Main() {}

  /**
   * Runs the job named on the command line and ends the JVM with its exit code.
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
      err.println("examples/run: " + e.getMessage());
      err.println();
      err.print(CommandLine.USAGE);
      return WRONG_USAGE;
    }
    if (line.help()) {
      out.print(CommandLine.USAGE);
      return CLEAN;
    }
    try {
      return compare(line, out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("examples/run: interrupted");
    } catch (IOException | RuntimeException e) {
      err.println("examples/run: the run could not be made: " + e.getMessage());
      e.printStackTrace(err);
    }
    return NOT_CLEAN;
  }

  private static int compare(CommandLine line, PrintStream out)
      throws IOException, InterruptedException {
    try (RedisServer redis = RedisServer.start()) {
      Setting setting = Setting.of(redis.version(), LettuceVersion.getVersion());
      out.println(setting.text());
      List<Outcome> outcomes =
          new MainJob(line.job().scenarios(), Contenders.all(), out).run(redis);
      out.println();
      out.print(TextTable.of(outcomes));
      out.println();
      out.println(Summary.of(outcomes));
      if (line.json() != null) {
        Files.writeString(line.json(), JsonReport.of(outcomes));
        out.println("figures: " + line.json());
      }
      if (line.html() != null) {
        Files.writeString(line.html(), HtmlReport.of(setting, outcomes));
        out.println("page:    " + line.html());
      }
      return Summary.guardedIsClean(outcomes) ? CLEAN : NOT_CLEAN;
    }
  }
}
