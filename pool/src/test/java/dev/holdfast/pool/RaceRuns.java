package dev.holdfast.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.ReportUtils;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

/**
 * Two ways to have jcstress run the races. A state is a whole pool, so batches are small: jcstress
 * measures what a batch takes before each race.
 */
final class RaceRuns {

  private static final List<String> BATCHES = List.of("-strideSize", "64", "-strideCount", "8");
  private static final int ACTORS = 2;
  private static final int PATIENCE_MINUTES = 30;

  private RaceRuns() {}

  /**
   * Every race once, in this JVM as it is: nothing is forked, which is most of the other's time.
   */
  static Collection<TestResult> here(int millis) throws IOException, ReflectiveOperationException {
    List<String> arguments = new ArrayList<>(BATCHES);
    arguments.addAll(List.of("-iters", "1", "-time", Integer.toString(millis)));
    Options options = new Options(arguments.toArray(String[]::new));
    options.parse();
    SchedulingClass anywhere = new SchedulingClass(AffinityMode.NONE, ACTORS, NodeType.PACKAGE);
    List<TestResult> results = new ArrayList<>();
    for (String race : new TreeSet<>(TestList.tests())) {
      TestConfig config =
          new TestConfig(
              options, TestList.getInfo(race), 0, List.of(), CompileMode.UNIFIED, anywhere);
      Runner<?> runner =
          Class.forName(config.generatedRunnerName)
              .asSubclass(Runner.class)
              .getConstructor(ForkedTestConfig.class)
              .newInstance(new ForkedTestConfig(config));
      TestResult result = runner.run();
      result.setConfig(config);
      results.add(result);
    }
    return results;
  }

  /**
   * Every race in every mode of the JVM: interpreted, compiled by the one or the other compiler,
   * and with the order of instructions drawn by lot; a JVM for each.
   *
   * @param where gets jcstress's log and its report in HTML
   */
  static Collection<TestResult> everyMode(int millis, Path where)
      throws IOException, InterruptedException, ClassNotFoundException {
    empty(where);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(List.of("org.openjdk.jcstress.Main", "-r", "html", "-sc", "false", "-fsm", "1"));
    command.addAll(List.of("-iters", "1", "-time", Integer.toString(millis)));
    command.addAll(BATCHES);
    Path log = where.resolve("jcstress.log");
    Process jcstress =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!jcstress.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError("not done in " + PATIENCE_MINUTES + " minutes, see " + log);
      }
    } finally {
      jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
      jcstress.destroyForcibly();
    }
    InProcessCollector results = new InProcessCollector();
    DiskReadCollector reader = new DiskReadCollector(results(where).toString(), results);
    reader.dump();
    reader.close();
    return ReportUtils.mergedByName(results.getTestResults());
  }

  private static void empty(Path where) throws IOException {
    if (Files.exists(where)) {
      try (Stream<Path> old = Files.walk(where)) {
        for (Path one : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(one);
        }
      }
    }
    Files.createDirectories(where);
  }

  private static Path results(Path where) throws IOException {
    try (Stream<Path> files = Files.list(where)) {
      return files
          .filter(one -> one.toString().endsWith(".bin.gz"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no results in " + where.toAbsolutePath()));
    }
  }
}
