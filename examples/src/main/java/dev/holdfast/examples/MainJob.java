package dev.holdfast.examples;

import dev.holdfast.lab.RedisServer;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs every contender through every scenario, side by side step by step. */
final class MainJob {
  private final List<Scenario> scenarios;
  private final List<Contender> contenders;
  private final PrintStream progress;
  private final long start = System.nanoTime();

  MainJob(List<Scenario> scenarios, List<Contender> contenders, PrintStream progress) {
    this.scenarios = scenarios;
    this.contenders = contenders;
    this.progress = progress;
  }

  List<Outcome> run(RedisServer redis) throws InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    ExecutorService sideBySide = Executors.newFixedThreadPool(contenders.size());
    try {
      for (Scenario scenario : scenarios) {
        outcomes.addAll(run(scenario, redis, sideBySide));
      }
    } finally {
      sideBySide.shutdownNow();
    }
    return outcomes;
  }

  private List<Outcome> run(Scenario scenario, RedisServer redis, ExecutorService sideBySide)
      throws InterruptedException {
    say(scenario.name() + ": " + scenario.story());
    List<Run> runs = new ArrayList<>();
    try {
      List<Future<Run>> starting = new ArrayList<>();
      for (Contender contender : contenders) {
        starting.add(sideBySide.submit(() -> new Run(scenario, contender, redis)));
      }
      for (Future<Run> run : starting) {
        runs.add(get(run));
      }
      for (Step step : scenario.steps()) {
        takeTogether(step, runs, sideBySide);
      }
      return runs.stream().map(Run::finish).toList();
    } finally {
      runs.forEach(Run::close);
    }
  }

  private void takeTogether(Step step, List<Run> runs, ExecutorService sideBySide)
      throws InterruptedException {
    List<Future<String>> reports = new ArrayList<>();
    for (Run run : runs) {
      reports.add(sideBySide.submit(() -> run.take(step)));
    }
    StringBuilder line = new StringBuilder("  ").append(title(step));
    for (int i = 0; i < runs.size(); i++) {
      String report = get(reports.get(i));
      if (!report.isEmpty()) {
        line.append(i == 0 ? ": " : "; ").append(runs.get(i).mode()).append(' ').append(report);
      }
    }
    say(line.toString());
  }

  private static <T> T get(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("A run broke off", e.getCause());
    }
  }

  private static String title(Step step) {
    if (step instanceof Step.Idle idle) {
      return "idle for " + seconds(idle.length());
    }
    if (step instanceof Step.IdleWithFailover idle) {
      return "idle for " + seconds(idle.length()) + ", a failover in the middle";
    }
    if (step instanceof Step.BurstLosingReplies losing) {
      return "burst, replies lost, then " + losing.end();
    }
    return "burst";
  }

  private static String seconds(Duration length) {
    return "%.1f s".formatted(length.toMillis() / 1000.0);
  }

  private void say(String line) {
    long elapsed = Duration.ofNanos(System.nanoTime() - start).toSeconds();
    progress.printf("%3d s  %s%n", elapsed, line);
  }
}
