package dev.holdfast.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeepAliveHintTest {

  private static final ConnectionPlan PLAN =
      NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(1))).plan();

  private static KeepAliveHint parse(String... fields) {
    return KeepAliveHint.parse(List.of(fields));
  }

  private static Optional<Duration> seconds(long seconds) {
    return Optional.of(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout=5, max=100",
        "max=100,timeout=5",
        " Timeout = 5 ;max=3, MAX = 100, timeout=5",
        "timeout=\"5\", max=\"100\"",
        "timeout=300, max=1000, timeout=5, max=100"
      })
  void mustReadBothParameters(String field) {
    KeepAliveHint hint = parse(field);
    assertThat(hint.max()).isEqualTo(OptionalLong.of(100));
    assertThat(hint.timeout()).isEqualTo(seconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "timeout",
        "timeout=",
        "timeout=-5",
        "timeout=+5",
        "timeout=5.5",
        "timeout=5s",
        "timeout=0x5",
        "timeout=\"",
        "timeout=\"5",
        "timeout=99999999999999999999999",
        "timeout=٥",
        "=5",
        ",,,=,=",
        "\u0000\r\n"
      })
  void mustIgnoreWhatIsNoNumber(String field) {
    assertThat(parse(field)).isEqualTo(KeepAliveHint.NONE);
  }

  @Test
  void mustTakeTheLowestOfSeveralFields() {
    assertThat(parse("timeout=30", "timeout=7", "timeout=60").timeout()).isEqualTo(seconds(7));
  }

  @Test
  void mustReadOnlyTheBeginningOfAHugeField() {
    String huge = "x,".repeat(32_768) + "timeout=1";
    assertThat(parse(huge)).isEqualTo(KeepAliveHint.NONE);
    assertThat(parse("timeout=9," + huge).timeout()).isEqualTo(seconds(9));
  }

  @Test
  void mustReadOnlyTheFirstOfManyFields() {
    List<String> many = new ArrayList<>(List.of("timeout=9"));
    for (int i = 0; i < 1_000; i++) {
      many.add("timeout=8");
    }
    assertThat(KeepAliveHint.parse(many).timeout()).isEqualTo(seconds(8));
    many.add("timeout=1");
    assertThat(KeepAliveHint.parse(many).timeout()).isEqualTo(seconds(8));
  }

  @Test
  void mustLeaveAMarginBelowTheHint() {
    assertThat(parse("timeout=10").maxIdleAge(PLAN).orElseThrow())
        .isEqualTo(PLAN.path().safeAge(Duration.ofSeconds(10)))
        .isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void mustNotReuseAConnectionTheServerIsAboutToClose() {
    assertThat(parse("timeout=0").maxIdleAge(PLAN)).contains(Duration.ZERO);
    assertThat(parse("timeout=9, max=0").maxIdleAge(PLAN)).contains(Duration.ZERO);
  }

  @Test
  void mustNeverRaiseTheLimitWhateverTheServerSends() {
    Random random = new Random(42);
    String alphabet = "timeoutmax=,;\" -+.0123456789\t";
    Duration planned = PLAN.maxIdleAge().orElseThrow();
    for (int round = 0; round < 20_000; round++) {
      StringBuilder field = new StringBuilder(random.nextBoolean() ? "timeout=" : "");
      int length = random.nextInt(40);
      for (int i = 0; i < length; i++) {
        field.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      KeepAliveHint hint = parse(field.toString());
      assertThat(hint.maxIdleAge(PLAN).orElseThrow())
          .as("seed 42, round %d: %s", round, field)
          .isBetween(Duration.ZERO, planned);
    }
  }
}
