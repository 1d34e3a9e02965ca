package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LanePictureTest {

  /** 2.5 s once read 0, 3, 5, 8, 10. */
  @Test
  void mustLabelItsTicksWithWhatTheyAre() {
    for (double seconds = 0.1; seconds < 10_000; seconds *= 1.03) {
      double step = LanePicture.step(seconds);
      assertThat(seconds / step).as("ticks over %f s", seconds).isLessThanOrEqualTo(10);
      List<String> labels =
          Stream.of(1, 2, 3)
              .map(i -> String.format(Locale.ROOT, step < 1 ? "%.1f" : "%.0f", i * step))
              .toList();
      double[] read = labels.stream().mapToDouble(Double::parseDouble).toArray();
      double[] meant = DoubleStream.of(1, 2, 3).map(i -> i * step).toArray();
      assertThat(read).containsExactly(meant, org.assertj.core.data.Offset.offset(1e-6));
    }
  }
}
