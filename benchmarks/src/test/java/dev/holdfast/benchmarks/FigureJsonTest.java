package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class FigureJsonTest {
  @Test
  void mustWriteOneObjectForEachFigure() {
    assertThat(
            FigureJson.of(
                List.of(
                    new Figure("redis-sync-get", "bare", 8, "throughput", 51234.5, "ops/s"),
                    new Figure("redis-sync-get", "guarded/bare", 8, "throughput-ratio", 1, "1"))))
        .isEqualTo(
            """
            [
              {"benchmark": "redis-sync-get", "contender": "bare", "threads": 8, "metric": "throughput", "value": 51234.5, "unit": "ops/s"},
              {"benchmark": "redis-sync-get", "contender": "guarded/bare", "threads": 8, "metric": "throughput-ratio", "value": 1, "unit": "1"}
            ]
            """);
  }

  @Test
  void mustKeepTheZerosOfWholeNumbers() {
    assertThat(FigureJson.of(List.of(new Figure("b", "c", 1, "m", 1200, "u"))))
        .contains("\"value\": 1200,");
  }

  @Test
  void mustEscapeText() {
    assertThat(FigureJson.of(List.of(new Figure("a\"b\\c\n", "c", 1, "m", 0, "u"))))
        .contains("\"a\\\"b\\\\c\\u000a\"")
        .contains("\"value\": 0,");
  }

  @Test
  void mustRefuseWhatJsonCannotSay() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Figure("b", "c", 1, "m", Double.NaN, "u"));
  }
}
