package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** What a probe does where the kernel cannot be asked; the rest is tested on real connections. */
final class WireProbeTest {

  private final WireProbe probe = WireProbe.of(new EmbeddedChannel());

  @Test
  void mustReportThatThereIsNoSource() {
    assertThat(probe.source()).isEqualTo(WireSource.NONE);
    assertThat(probe.read(7)).isEqualTo(WireSnapshot.none(7));
    assertThat(probe.poke(3)).isFalse();
  }

  @Test
  void mustRefuseAPokeThatOneLostSegmentWouldTurnIntoAClose() {
    assertThatThrownBy(() -> probe.poke(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("poke count 1");
  }
}
