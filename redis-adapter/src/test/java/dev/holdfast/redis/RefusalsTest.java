package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.PathConflictException;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the user set is kept, composed with, or refused by name. */
final class RefusalsTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static LettuceGuard guard() {
    return LettuceGuard.create(RedisBed.throughProxy());
  }

  @Test
  void mustRefuseAReplayFilter() {
    ClientOptions options = ClientOptions.builder().replayFilter(command -> true).build();
    assertThatThrownBy(() -> guard().options(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("replayFilter");
  }

  @Test
  void mustRefuseToBeInstalledTwice() {
    ClientResources resources = ClientResources.create();
    try {
      ClientResources guarded = guard().install(resources);
      assertThatThrownBy(() -> guard().install(guarded))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("already installed");
      ClientOptions options = guard().options(ClientOptions.create());
      assertThatThrownBy(() -> guard().options(options))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("already carry");
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.3.2.RELEASE", "8.0.0.RELEASE", "5.3.7.RELEASE", "seven"})
  void mustRefuseAnUnsupportedLettuce(String version) {
    assertThatThrownBy(() -> LettuceSupport.requireSupported(version))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(version)
        .hasMessageContaining("[6.4, 8)")
        .hasMessageContaining("lettuce.version");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6.4.2.RELEASE",
        "6.6.0.RELEASE",
        "6.8.2.RELEASE",
        "7.0.0.RELEASE",
        "7.7.0.RELEASE"
      })
  void mustAcceptTheSupportedRange(String version) {
    LettuceSupport.requireSupported(version);
  }

  @NeedsTcpInfo
  @Test
  void mustFillInThePlanWhereTheUserSetNothing() {
    SocketOptions users =
        SocketOptions.builder().keepAlive(KeepAliveOptions.builder().enable(false).build()).build();
    LettuceGuard guard = LettuceGuard.create(RedisBed.direct());
    SocketOptions filled =
        guard.options(ClientOptions.builder().socketOptions(users).build()).getSocketOptions();
    assertThat(filled.getTcpUserTimeout().getTcpUserTimeout())
        .isEqualTo(RedisBed.direct().userTimeout());
  }

  @Test
  void mustKeepWhatTheUserSet() {
    SocketOptions users =
        SocketOptions.builder()
            .keepAlive(
                KeepAliveOptions.builder()
                    .enable()
                    .idle(Duration.ofSeconds(20))
                    .interval(Duration.ofSeconds(5))
                    .count(4)
                    .build())
            .tcpUserTimeout(
                TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(Duration.ofSeconds(35))
                    .build())
            .build();
    SocketOptions filled =
        guard().options(ClientOptions.builder().socketOptions(users).build()).getSocketOptions();
    assertThat(filled.getKeepAlive().getIdle()).isEqualTo(Duration.ofSeconds(20));
    assertThat(filled.getKeepAlive().getCount()).isEqualTo(4);
    assertThat(filled.getTcpUserTimeout().getTcpUserTimeout()).isEqualTo(Duration.ofSeconds(35));
  }

  @Test
  void mustRefuseAUserTimeoutThePathForbids() {
    SocketOptions users =
        SocketOptions.builder()
            .tcpUserTimeout(
                TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(Duration.ofMinutes(20))
                    .build())
            .build();
    ClientOptions options = ClientOptions.builder().socketOptions(users).build();
    assertThatThrownBy(() -> guard().options(options))
        .isInstanceOf(PathConflictException.class)
        .hasMessageContaining("1200");
  }

  @Test
  void mustRunTheUsersNettyCustomizerToo() throws Exception {
    AtomicInteger channels = new AtomicInteger();
    NettyCustomizer users =
        new NettyCustomizer() {
          @Override
          public void afterChannelInitialized(Channel channel) {
            channels.incrementAndGet();
          }
        };
    ClientResources resources = ClientResources.builder().nettyCustomizer(users).build();
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client = RedisClient.create(guard().install(resources), bed.viaMiddlebox());
      try (var connection = client.connect()) {
        connection.sync().ping();
      }
      client.shutdown(Duration.ZERO, Duration.ZERO);
      assertThat(channels).hasValue(1);
    } finally {
      resources.shutdown(0, 0, TimeUnit.SECONDS);
    }
  }

  @Test
  @SuppressWarnings("unchecked") // Lettuce takes its stream offsets as generic varargs
  void mustRefuseBlockingCommandsOnASharedConnectionOnly() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      RedisClient client = bed.guarded(guard);
      StreamOffset<String> offset = StreamOffset.from("stream", "0");
      try (var shared = guard.shared(client.connect());
          var own = client.connect()) {
        assertThatThrownBy(() -> shared.sync().blpop(1, "list"))
            .matches(thrown -> NotExecutedException.in(thrown).isPresent())
            .hasMessageContaining("declared shared");
        assertThatThrownBy(() -> shared.sync().xread(XReadArgs.Builder.block(10), offset))
            .matches(thrown -> NotExecutedException.in(thrown).isPresent());
        assertThat(shared.sync().xread(offset)).isEmpty();
        redis.command("LPUSH", "list", "value");
        assertThat(own.sync().blpop(1, "list").getValue()).isEqualTo("value");
        assertThat(bed.meter("holdfast.calls.not_executed", "reason", "blocking")).isEqualTo(2);
      }
    }
  }

  @Test
  void mustFailWhatWasNeverSentWithoutAutoReconnect() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client =
          bed.guarded(bed.guard(), ClientOptions.builder().autoReconnect(false).build());
      try (var connection = client.connect()) {
        connection.sync().ping();
        Await.idle(Duration.ofMillis(1_100));
        bed.middlebox().forgetAll();
        assertThatThrownBy(() -> connection.sync().incr("once"))
            .matches(thrown -> NotExecutedException.in(thrown).isPresent())
            .hasMessageContaining("autoReconnect");
        assertThat(redis.counter("once")).isZero();
      }
    }
  }

  @Test
  void mustLeaveRejectCommandsItsMeaning() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisClient client =
          bed.guarded(
              bed.guard(),
              ClientOptions.builder()
                  .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                  .build());
      try (var connection = client.connect()) {
        connection.sync().ping();
        Await.idle(Duration.ofMillis(1_100));
        bed.middlebox().forgetAll();
        assertThatThrownBy(() -> connection.sync().incr("rejected"))
            .isInstanceOf(RedisException.class);
        Await.until("reconnected", RedisBed.SOON, connection::isOpen);
        assertThat(redis.counter("rejected")).isZero();
      }
    }
  }

  /** Lettuce closes the connection over it; moved to the next one it would close that too. */
  @Test
  void mustFailACommandThatCannotBeEncodedOnceAndForAll() throws Exception {
    StringCodec text = StringCodec.UTF8;
    RedisCodec<String, String> choking =
        RedisCodec.of(
            text,
            new RedisCodec<String, String>() {
              @Override
              public String decodeKey(ByteBuffer bytes) {
                return text.decodeKey(bytes);
              }

              @Override
              public String decodeValue(ByteBuffer bytes) {
                return text.decodeValue(bytes);
              }

              @Override
              public ByteBuffer encodeKey(String key) {
                return text.encodeKey(key);
              }

              @Override
              public ByteBuffer encodeValue(String value) {
                throw new IllegalArgumentException("not this value");
              }
            });
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect(choking)) {
      assertThatThrownBy(() -> connection.sync().set("key", "value"))
          .hasRootCauseMessage("not this value");
      assertThat(connection.sync().incr("after")).isEqualTo(1);
      assertThat(bed.swaps()).hasSize(1);
      assertThat(bed.swaps().get(0).moved()).isZero();
    }
  }
}
