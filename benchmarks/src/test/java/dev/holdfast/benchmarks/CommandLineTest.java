package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @Test
  void mustReadNameAndOptionsInAnyOrder(@TempDir Path dir) throws Exception {
    Path json = dir.resolve("figures.json");
    CommandLine line =
        CommandLine.parse(
            List.of("--rounds", "3", "redis", "--seconds", "0.25", "--json", json.toString()));
    assertThat(line)
        .isEqualTo(new CommandLine(Benchmarks.REDIS, json, new Effort(3, Duration.ofMillis(250))));
  }

  @Test
  void mustHaveDefaults() throws Exception {
    assertThat(CommandLine.parse(List.of("memory")))
        .isEqualTo(new CommandLine(Benchmarks.MEMORY, null, Effort.DEFAULT));
  }

  @Test
  void mustListTheKnownNamesForAnUnknownOne() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(List.of("mysql"), System.out, new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith(
            "benchmarks/run: unknown benchmark: mysql. There are: redis, http, pool, pool-redis, pool-faults, connect, memory, storm")
        .contains("usage: benchmarks/run NAME");
  }

  @Test
  void mustReadWhichFaultsAreMeant() throws Exception {
    assertThat(CommandLine.parse(List.of("soak", "--faults", "flush-silent,frozen")).sample())
        .isEqualTo(new Sample(100_000, 1, List.of("flush-silent", "frozen")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "redis memory",
        "redis --fast",
        "redis --rounds",
        "redis --rounds 0",
        "redis --rounds 2.5",
        "redis --rounds many",
        "redis --seconds 0",
        "soak --faults",
        "soak --faults flush-silent,earthquake",
        "redis --seconds NaN",
        "redis --json",
        "redis --json --rounds",
        "redis --json /no/such/directory/file",
      })
  void mustRefuse(String line) {
    List<String> args = line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> CommandLine.parse(args));
  }
}
