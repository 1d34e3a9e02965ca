package dev.holdfast.lab.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a script to its end, or until its first failing command. */
final class Shell {

  private static final Duration DEADLINE = Duration.ofSeconds(15);

  private Shell() {}

  /**
   * @param enter the words that enter the place where the script is to run
   * @return what it printed
   * @throws IllegalStateException if it fails, with its complaint as message, or does not end in
   *     time
   */
  static String run(List<String> enter, String script) {
    List<String> command = new ArrayList<>(enter);
    command.addAll(List.of("sh", "-e", "-s"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        return outcome(process, script);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String outcome(Process process, String script) {
    var printed = CompletableFuture.supplyAsync(() -> readAll(process));
    try (var input = process.getOutputStream()) {
      input.write(script.getBytes(StandardCharsets.UTF_8));
    } catch (IOException endedAlready) {
      // then what it printed and its exit value say why
    }
    try {
      String output = printed.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the script did not end in " + DEADLINE);
      }
      if (process.exitValue() != 0) {
        throw new IllegalStateException(complaint(output));
      }
      return output;
    } catch (TimeoutException e) {
      throw new IllegalStateException("the script did not end in " + DEADLINE, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in a script", e);
    }
  }

  private static String readAll(Process process) {
    try (var output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first line with a colon: nft prints the rule and a pointer into it after the message. */
  private static String complaint(String output) {
    return output
        .lines()
        .filter(line -> line.contains(":"))
        .findFirst()
        .orElseGet(() -> output.strip());
  }
}
