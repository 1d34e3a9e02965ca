package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AttributeKey;
import org.junit.jupiter.api.Test;

/** Lettuce moves a connection because its server asked for it. */
final class PlannedMoveTest {

  @Test
  void mustTellItByLettucesOwnMarkAndNeverMakeThat() throws Exception {
    EmbeddedChannel channel = new EmbeddedChannel();
    assertThat(LettuceSupport.movesAsAsked(channel)).isFalse();
    Class<?> watchdog;
    try {
      watchdog = Class.forName("io.lettuce.core.protocol.MaintenanceAwareConnectionWatchdog");
    } catch (ClassNotFoundException older) {
      return; // before 7 there is no such move
    }
    AttributeKey<?> mark = (AttributeKey<?>) watchdog.getField("REBIND_ATTRIBUTE").get(null);
    assertThat(LettuceSupport.movesAsAsked(channel)).isFalse();
    channel.attr(mark).set(null);
    assertThat(LettuceSupport.movesAsAsked(channel)).isTrue();
  }
}
