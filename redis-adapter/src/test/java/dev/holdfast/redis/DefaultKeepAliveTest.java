package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathConflictException;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lettuce 7 switches keepalive on with 13 s, 13 s, 3: numbers the user never chose. Others are. */
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

  @NeedsTcpInfo
  @Test
  void mustLeaveTheUsersNumbersOnTheSocket() {
    List<Channel> channels = new CopyOnWriteArrayList<>();
    NettyCustomizer watching =
        new NettyCustomizer() {
          @Override
          public void afterChannelInitialized(Channel channel) {
            channels.add(channel);
          }
        };
    KeepAliveOptions chosen =
        KeepAliveOptions.builder()
            .enable()
            .idle(Duration.ofSeconds(14))
            .interval(Duration.ofSeconds(5))
            .count(4)
            .build();
    LettuceGuard guard = guardOfAPathThatForgetsAfter(Duration.ofMinutes(5));
    ClientResources resources =
        guard.install(ClientResources.builder().nettyCustomizer(watching).build());
    try (RedisServer redis = RedisServer.start()) {
      RedisClient client =
          RedisClient.create(resources, RedisURI.create("127.0.0.1", redis.port()));
      client.setOptions(
          guard.options(
              ClientOptions.builder()
                  .socketOptions(SocketOptions.builder().keepAlive(chosen).build())
                  .build()));
      client.connect();
      ChannelConfig socket = channels.get(0).config();
      assertThat(socket.getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(14);
      assertThat(socket.getOption(EpollChannelOption.TCP_KEEPINTVL)).isEqualTo(5);
      assertThat(socket.getOption(EpollChannelOption.TCP_KEEPCNT)).isEqualTo(4);
      client.shutdown();
    } finally {
      resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
