package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  @Test
  void mustRunTheMainJobByDefault() throws UsageException {
    assertThat(CommandLine.parse(List.of()))
        .isEqualTo(new CommandLine(Job.MAIN, false, null, null));
    assertThat(CommandLine.parse(List.of("main")))
        .isEqualTo(new CommandLine(Job.MAIN, false, null, null));
  }

  @Test
  void mustTakeFiles(@TempDir Path dir) throws UsageException {
    Path json = dir.resolve("o.json");
    Path html = dir.resolve("o.html");
    assertThat(
            CommandLine.parse(
                List.of("main", "--html", html.toString(), "--json", json.toString())))
        .isEqualTo(new CommandLine(Job.MAIN, false, json, html));
  }

  @Test
  void mustSayWhatIsWrong(@TempDir Path dir) throws UsageException {
    assertWrong("unknown option: --xml", "--xml");
    assertThat(CommandLine.parse(List.of("in-flight")).job()).isEqualTo(Job.IN_FLIGHT);
    assertWrong(
        "unknown job: mian (there are: main, in-flight, incidents, plan, doctor, sockets)", "mian");
    assertWrong("unknown option: main", "main", "main");
    assertWrong("--json needs a file name", "--json");
    assertWrong("--json needs a file name, not '--html'", "--json", "--html", "x");
    assertWrong("--html cannot be written: " + dir, "--html", dir.toString());
    Path lost = dir.resolve("no/such/o.json");
    assertWrong("--json cannot be written: " + lost, "--json", lost.toString());
    assertWrong("--json is given twice", "--json", dir + "/a", "--json", dir + "/b");
  }

  private static void assertWrong(String message, String... args) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> CommandLine.parse(List.of(args)))
        .withMessage(message);
  }

  @Test
  void mustPrintUsageAndExitWithTwoOnWrongUsage() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(Main.run(List.of("--nonsense"), print(out), print(err))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("unknown option: --nonsense")
        .contains("usage: examples/run");
    assertThat(out.size()).isZero();
  }

  @Test
  void mustPrintHelpAndExitWithZero() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(Main.run(List.of("--help"), print(out), print(new ByteArrayOutputStream())))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("usage: examples/run");
  }

  private static PrintStream print(ByteArrayOutputStream target) {
    return new PrintStream(target, true, StandardCharsets.UTF_8);
  }
}
