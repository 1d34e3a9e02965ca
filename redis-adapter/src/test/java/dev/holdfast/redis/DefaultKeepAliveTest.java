package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathConflictException;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Lettuce 7 switches keepalive on with 13 s, 13 s, 3: numbers the user never chose. */
final class DefaultKeepAliveTest {

  private static LettuceGuard guardOfAPathThatForgetsAfter(Duration limit) {
    return LettuceGuard.create(
        NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
            .through(
                Hop.named("box")
                    .idleLimit(Duration.ofHours(1))
                    .unacknowledgedLimit(limit)
                    .clock(IdleClock.ANY_SEGMENT)
                    .expiry(Expiry.SILENT)
                    .build())
            .plan());
  }

  @Test
  void mustNotRefuseAShortLivedPathForLettucesDefault() {
    SocketOptions socket =
        guardOfAPathThatForgetsAfter(Duration.ofSeconds(5))
            .options(ClientOptions.create())
            .getSocketOptions();
    assertThat(socket.isKeepAlive()).isFalse();
  }

  @Test
  void mustKeepLettucesDefaultWhereThePathAllowsIt() {
    SocketOptions defaults = SocketOptions.create();
    SocketOptions socket =
        guardOfAPathThatForgetsAfter(Duration.ofMinutes(5))
            .options(ClientOptions.create())
            .getSocketOptions();
    assertThat(socket.isKeepAlive()).isTrue();
    if (defaults.isKeepAlive()) { // Lettuce 7
      assertThat(socket.getKeepAlive().getIdle()).isEqualTo(defaults.getKeepAlive().getIdle());
    }
  }

  @Test
  void mustRefuseWhatTheUserChose() {
    SocketOptions chosen =
        SocketOptions.builder()
            .keepAlive(KeepAliveOptions.builder().enable().idle(Duration.ofSeconds(14)).build())
            .build();
    ClientOptions options = ClientOptions.builder().socketOptions(chosen).build();
    assertThatThrownBy(() -> guardOfAPathThatForgetsAfter(Duration.ofSeconds(5)).options(options))
        .isInstanceOf(PathConflictException.class);
  }
}
