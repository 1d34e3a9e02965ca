package dev.holdfast.examples;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Network;
import io.lettuce.core.LettuceVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

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
    String first = args.isEmpty() ? "" : args.get(0);
    CommandLine line;
    try {
      if (first.equals("plan")) {
        return PlanJob.run(args.subList(1, args.size()), out);
      }
      if (first.equals("doctor")) {
        return DoctorJob.run(args.subList(1, args.size()), out);
      }
      if (first.equals("sockets")) {
        return SocketsJob.run(args.subList(1, args.size()), out);
      }
      line = CommandLine.parse(args);
    } catch (UsageException e) {
      err.println("examples/run: " + e.getMessage());
      err.println();
      err.print(usage(first));
      return WRONG_USAGE;
    }
    if (line.help()) {
      out.print(CommandLine.USAGE);
      return CLEAN;
    }
    try {
      return switch (line.job()) {
        case MAIN -> compare(line, Scenario.idle(), out);
        case IN_FLIGHT -> compare(line, Scenario.inFlight(), out);
        case INCIDENTS -> replayIncidents(line, out);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("examples/run: interrupted");
    } catch (IOException | RuntimeException e) {
      err.println("examples/run: the run could not be made: " + e.getMessage());
      e.printStackTrace(err);
    }
    return NOT_CLEAN;
  }

  private static String usage(String job) {
    return switch (job) {
      case "plan" -> PlanJob.USAGE;
      case "doctor" -> DoctorJob.USAGE;
      case "sockets" -> SocketsJob.USAGE;
      default -> CommandLine.USAGE;
    };
  }

  private static int compare(CommandLine line, List<Scenario> scenarios, PrintStream out)
      throws IOException, InterruptedException {
    try (RedisServer redis = RedisServer.start()) {
      Setting setting = Setting.of(redis.version(), LettuceVersion.getVersion());
      out.println(setting.text());
      List<Outcome> outcomes = new MainJob(scenarios, Contenders.all(), out).run(redis);
      List<Score> scores = Outcome.scores(outcomes);
      report(line, scores, Summary.of(scores), () -> HtmlReport.of(setting, outcomes), out);
      return Summary.guardedIsClean(scores) ? CLEAN : NOT_CLEAN;
    }
  }

  private static int replayIncidents(CommandLine line, PrintStream out)
      throws IOException, InterruptedException {
    Optional<String> missing = Network.missing();
    if (missing.isPresent()) {
      throw new IllegalStateException("the kernel lab is not available: " + missing.get());
    }
    List<Replay> replays = new ArrayList<>();
    for (Incident incident : Incidents.all()) {
      replays.add(Replay.of(incident, out));
    }
    Setting setting = Setting.of(replays.get(0).redisVersion(), LettuceVersion.getVersion());
    List<Score> scores = Replay.scores(replays);
    String summary = Summary.of(scores, Replay.explained(replays));
    report(line, scores, summary, () -> IncidentPage.of(setting, replays), out);
    for (Replay replay : replays) {
      if (!replay.promiseKept()) {
        out.printf(
            "%s: the guard did NOT keep %s%n",
            replay.incident().name(), replay.incident().promise());
      }
    }
    return replays.stream().allMatch(Replay::promiseKept) ? CLEAN : NOT_CLEAN;
  }

  private static void report(
      CommandLine line, List<Score> scores, String summary, Supplier<String> page, PrintStream out)
      throws IOException {
    out.println();
    out.print(TextTable.of(scores));
    out.println();
    out.println(summary);
    if (line.json() != null) {
      Files.writeString(line.json(), JsonReport.of(scores));
      out.println("figures: " + line.json());
    }
    if (line.html() != null) {
      Files.writeString(line.html(), page.get());
      out.println("page:    " + line.html());
    }
  }
}
