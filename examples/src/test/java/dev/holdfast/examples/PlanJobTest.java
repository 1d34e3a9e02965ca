package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.path.PathWords;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The plan, or every conflict, of a path from the command line. */
final class PlanJobTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String... args) throws UsageException {
    out.reset();
    return PlanJob.run(List.of(args), new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void mustPrintThePlanOfPresetsAndOwnHops() throws UsageException {
    assertThat(
            run(
                "--server",
                "redis:timeout=300s",
                "--hop",
                "aws-nlb",
                "--hop",
                "box:idle=10m,clock=payload,expiry=rst,terminates=true",
                "--rtt",
                "50ms"))
        .isZero();
    assertThat(printed())
        .contains("client -> aws-nlb -> box -> redis")
        .containsPattern("max idle age +270 s")
        .contains("terminated     yes");
  }

  @Test
  void mustPrintEveryConflictAtOnce() throws UsageException {
    assertThat(
            run(
                "--server",
                "redis:timeout=300s",
                "--hop",
                "linux-conntrack",
                "--keepalive",
                "2h",
                "--user-timeout",
                "10m",
                "--ping",
                "5m"))
        .isEqualTo(1);
    assertThat(printed()).contains("E2 keepAliveIdle", "E3 userTimeout", "E6 pingPeriod", "Fix:");
  }

  @Test
  void mustTunePresets() throws UsageException {
    assertThat(run("--server", "redis", "--hop", "aws-nlb:idle=100s")).isZero();
    assertThat(printed()).containsPattern("max idle age +90 s");
  }

  @Test
  void mustReadTimes() {
    assertThat(PathWords.time("250ms")).isEqualTo(Duration.ofMillis(250));
    assertThat(PathWords.time("1.5h")).isEqualTo(Duration.ofMinutes(90));
    assertThat(PathWords.time("5d")).isEqualTo(Duration.ofDays(5));
  }

  @Test
  void mustSayWhatIsWrong() {
    assertWrong("needs --server");
    assertWrong("not a time: '5'", "--server", "redis:timeout=5");
    assertWrong("too long a time", "--server", "redis:timeout=99999999999999999999d");
    assertWrong("there are: timeout, advertised", "--server", "redis:idle=5s");
    assertWrong("nearest are", "--server", "redis", "--hop", "aws-nbl");
    assertWrong("not a KEY=VALUE: 'idle'", "--server", "redis", "--hop", "aws-nlb:idle");
    assertWrong(
        "(there are: silent rst fin)", "--server", "redis", "--hop", "aws-nlb:expiry=never");
    assertWrong("unknown option: --nonsense", "--server", "redis", "--nonsense", "1");
    assertWrong("--ping needs a value", "--server", "redis", "--ping");
  }

  private void assertWrong(String message, String... args) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> run(args))
        .withMessageContaining(message);
  }

  @Test
  void mustBeReachedFromTheCommandLine() {
    PrintStream err = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(Main.run(List.of("plan", "--hop", "aws-nlb"), err, err)).isEqualTo(2);
    assertThat(printed()).contains("needs --server").contains("usage: examples/run plan");
  }
}
