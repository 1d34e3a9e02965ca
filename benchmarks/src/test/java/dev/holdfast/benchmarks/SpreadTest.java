package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void mustFindMedianAndQuartilesOfUnsortedValues() {
    assertThat(Spread.of(9, 1, 5, 3, 7)).isEqualTo(new Spread(3, 5, 7, 1, 9));
  }

  @Test
  void mustInterpolateBetweenRanks() {
    assertThat(Spread.of(1, 2, 3, 4)).isEqualTo(new Spread(1.75, 2.5, 3.25, 1, 4));
  }

  @Test
  void mustTakeASingleValueForAll() {
    assertThat(Spread.of(2)).isEqualTo(new Spread(2, 2, 2, 2, 2));
  }

  /** Of 100 values the ranks 40 and 61 bound the median (Conover, Practical Statistics, 3.2). */
  @Test
  void mustBoundTheMedian() {
    Spread spread = Spread.of(IntStream.rangeClosed(1, 100).asDoubleStream().toArray());
    assertThat(spread.low()).isEqualTo(40);
    assertThat(spread.high()).isEqualTo(61);
  }

  @Test
  void mustRefuseAnEmptySample() {
    assertThatIllegalArgumentException().isThrownBy(Spread::of);
  }

  /** The machine halves its speed between the rounds: the ratio must not notice. */
  @Test
  void mustTakeRatiosWithinARound() {
    Comparison comparison =
        new Comparison(
            List.of(
                new Comparison.Round(slice(1_000), slice(900)),
                new Comparison.Round(slice(500), slice(450)),
                new Comparison.Round(slice(2_000), slice(1_800))));
    assertThat(comparison.ratio(Slice::throughput).median()).isCloseTo(0.9, within(1e-9));
    assertThat(comparison.bare(Slice::throughput).median()).isCloseTo(1_000, within(1e-9));
    assertThat(comparison.guarded(Slice::bytesPerOperation).median())
        .isCloseTo(8_000 / 900.0, within(1e-9));
  }

  private static Slice slice(long operations) {
    return new Slice(operations, 1_000_000_000, 8_000, 4_000);
  }
}
