package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.soak.SoakRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for.
 *
 * @param benchmark what to run, null for the usage only
 * @param json where the figures go, if anywhere
 * @param effort how long to measure
 * @param sample which random programs to run
 */
record CommandLine(
    @Nullable Benchmarks benchmark, @Nullable Path json, Effort effort, Sample sample) {

  CommandLine(@Nullable Benchmarks benchmark, @Nullable Path json, Effort effort) {
    this(benchmark, json, effort, Sample.DEFAULT);
  }

  static CommandLine parse(List<String> args) throws UsageException {
    if (args.contains("--help") || args.contains("-h")) {
      return new CommandLine(null, null, Effort.DEFAULT);
    }
    Benchmarks benchmark = null;
    Path json = null;
    int rounds = Effort.DEFAULT.rounds();
    Duration slice = Effort.DEFAULT.slice();
    long steps = Sample.DEFAULT.steps();
    long seed = Sample.DEFAULT.seed();
    List<String> faults = Sample.DEFAULT.faults();
    Iterator<String> rest = args.iterator();
    while (rest.hasNext()) {
      String arg = rest.next();
      switch (arg) {
        case "--json" -> json = file(arg, value(arg, rest));
        case "--rounds", "--repeats" -> rounds = (int) number(arg, value(arg, rest), 1, 10_000);
        case "--steps" -> steps = (long) number(arg, value(arg, rest), 1, 1e9);
        case "--seed" -> seed = (long) number(arg, value(arg, rest), 1, 1e15);
        case "--faults" -> faults = faults(arg, value(arg, rest));
        case "--seconds" ->
            slice = Duration.ofMillis((long) (1000 * number(arg, value(arg, rest), 0.01, 7_200)));
        default -> benchmark = name(arg, benchmark);
      }
    }
    if (benchmark == null) {
      throw new UsageException("which benchmark? There are: " + Benchmarks.names());
    }
    return new CommandLine(
        benchmark, json, new Effort(rounds, slice), new Sample(steps, seed, faults));
  }

  static String usage() {
    return """
    usage: benchmarks/run NAME [--json FILE] [--rounds N] [--seconds S]
           benchmarks/run transparency [--json FILE] [--steps N] [--seed S]
           benchmarks/run transparency-http [--json FILE] [--steps N] [--seed S]
           benchmarks/run soak [--json FILE] [--seconds S] [--seed S] [--faults F,F]
           benchmarks/run dark [--json FILE] [--repeats N]
           benchmarks/run fuzz [STRINGS]
           benchmarks/run stress [MILLISECONDS]

    %s
    --json FILE   also write the figures as JSON
    --rounds N    measured rounds of each case, %d by default
    --seconds S   length of one slice; a round is two of each contender, %s by default
                  (memory measures no time: for it a round is one batch of connections;
                  storm is simulated; pool, pool-faults and endings are of fixed length:
                  they take neither; pool-redis makes half as many rounds; for
                  diagnosis a round is one run of each fault, 20 by default, in
                  the kernel lab; for soak so long faults are injected, 20 minutes
                  by default)
    --repeats N   the same as --rounds; for dark: outages of each length, %d by default
    --steps N     of transparency: steps of all random programs, %d by default
    --seed S      of transparency: the first program's seed, of soak: which faults in
                  which order; %d by default
    --faults F,F  of soak: only these, of %s
    --help        print this

    exit code: 0 measured, 1 the run could not be made, 2 the command line is wrong
    """
        .formatted(
            Benchmarks.summaries(),
            Effort.DEFAULT.rounds(),
            Effort.DEFAULT.slice().toMillis() / 1000.0,
            Effort.DEFAULT.rounds(),
            Sample.DEFAULT.steps(),
            Sample.DEFAULT.seed(),
            String.join(" ", SoakRun.faults()));
  }

  private static Benchmarks name(String arg, @Nullable Benchmarks before) throws UsageException {
    if (arg.startsWith("-")) {
      throw new UsageException(
          "unknown option: "
              + arg
              + ". There are: --json FILE, --rounds N, --seconds S, --steps N, --seed S, --faults F,F, --help");
    }
    if (before != null) {
      throw new UsageException("one benchmark at a time: " + before.label() + " or " + arg);
    }
    return Benchmarks.named(arg)
        .orElseThrow(
            () ->
                new UsageException(
                    "unknown benchmark: " + arg + ". There are: " + Benchmarks.names()));
  }

  private static String value(String option, Iterator<String> rest) throws UsageException {
    if (!rest.hasNext()) {
      throw new UsageException(option + " needs a value");
    }
    return rest.next();
  }

  private static double number(String option, String text, double least, double most)
      throws UsageException {
    try {
      double number = Double.parseDouble(text);
      boolean whole = least < 1 || number == Math.rint(number);
      if (number >= least && number <= most && whole) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // told below, with the range
    }
    throw new UsageException(
        "%s needs a %snumber from %s to %s, not '%s'"
            .formatted(option, least < 1 ? "" : "whole ", least, most, text));
  }

  private static List<String> faults(String option, String text) throws UsageException {
    List<String> names = List.of(text.split(",", -1));
    for (String name : names) {
      if (!SoakRun.faults().contains(name)) {
        throw new UsageException(
            "%s: no fault '%s'. There are: %s"
                .formatted(option, name, String.join(", ", SoakRun.faults())));
      }
    }
    return names;
  }

  private static Path file(String option, String name) throws UsageException {
    Path file = Path.of(name).toAbsolutePath();
    Path parent = file.getParent();
    // Found out now rather than after minutes of measuring.
    boolean writable = parent != null && Files.isDirectory(parent) && !Files.isDirectory(file);
    if (name.isEmpty() || name.startsWith("--") || !writable) {
      throw new UsageException(option + " needs a file that can be written, not '" + name + "'");
    }
    return file;
  }
}
