package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class LatenciesTest {

  @Test
  void mustTellAQuantileToATenth() {
    Latencies latencies = new Latencies();
    for (long micros = 1; micros <= 1000; micros++) {
      latencies.add(micros * 1000);
    }
    assertThat(latencies.quantile(0.99)).isCloseTo(990_000, Percentage.withPercentage(10));
    assertThat(latencies.quantile(0.5)).isCloseTo(500_000, Percentage.withPercentage(10));
    latencies.clear();
    assertThat(latencies.quantile(0.99)).isCloseTo(0, within(0.0));
  }
}
