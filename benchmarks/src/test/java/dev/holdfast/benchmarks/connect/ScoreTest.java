package dev.holdfast.benchmarks.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;

final class ScoreTest {

  @Test
  void mustTellPercentilesByTheNearestRank() {
    Score score = new Score();
    for (int i = 1000; i >= 1; i--) {
      score.connected(i * 1_000_000L);
    }
    assertThat(score.connects().count()).isEqualTo(1000);
    assertThat(score.connects().mean()).isEqualTo(500.5);
    assertThat(score.connects().at(0)).isEqualTo(1);
    assertThat(score.connects().at(50)).isEqualTo(500);
    assertThat(score.connects().at(99)).isEqualTo(990);
    assertThat(score.connects().at(100)).isEqualTo(1000);
  }

  @Test
  void mustHaveFiguresWithoutAnyConnect() {
    assertThat(new Score().connects().mean()).isZero();
    assertThat(new Score().connects().at(99)).isZero();
  }

  @Test
  void mustCountTheRootsOfFailures() {
    Score score = new Score();
    score.failed(1, new IllegalStateException(new ConnectException()));
    score.failed(2, new ConnectException());
    assertThat(score.thrown()).containsEntry("ConnectException", 2).hasSize(1);
    assertThat(score.failures().count()).isEqualTo(2);
    assertThat(score.connects().count()).isZero();
  }
}
