package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What belongs to the caller is neither read nor consumed, and what it throws stays its own. */
final class CallersObjectsTest {

  private static final Duration IDLE = Duration.ofMillis(1_100);

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void clean() {
    redis.command("FLUSHALL");
  }

  /** Encodes a value into the caller's own buffer, which can be read once. */
  private static RedisCodec<String, ByteBuffer> onceOnly(AtomicInteger encoded) {
    return new RedisCodec<>() {
      @Override
      public String decodeKey(ByteBuffer bytes) {
        return StringCodec.UTF8.decodeKey(bytes);
      }

      @Override
      public ByteBuffer decodeValue(ByteBuffer bytes) {
        return ByteBuffer.wrap(StringCodec.UTF8.decodeKey(bytes).getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public ByteBuffer encodeKey(String key) {
        return StringCodec.UTF8.encodeKey(key);
      }

      @Override
      public ByteBuffer encodeValue(ByteBuffer value) {
        encoded.incrementAndGet();
        return value;
      }
    };
  }

  @Test
  void mustEncodeAValueOnceOnly() throws Exception {
    AtomicInteger encoded = new AtomicInteger();
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect(onceOnly(encoded))) {
      connection.sync().ping();
      Await.idle(IDLE);
      ByteBuffer value = ByteBuffer.wrap("value".getBytes(StandardCharsets.UTF_8));
      assertThat(connection.sync().set("key", value, SetArgs.Builder.ex(100))).isEqualTo("OK");
      assertThat(redis.command("GET", "key")).isEqualTo("value");
      assertThat(encoded).hasValue(1);
    }
  }

  @Test
  void mustTryACommandThatCannotBeEncodedOnceOnly() throws Exception {
    AtomicInteger tried = new AtomicInteger();
    RedisCodec<String, String> choking =
        RedisCodec.of(
            StringCodec.UTF8,
            new RedisCodec<String, String>() {
              @Override
              public String decodeKey(ByteBuffer bytes) {
                return StringCodec.UTF8.decodeKey(bytes);
              }

              @Override
              public String decodeValue(ByteBuffer bytes) {
                return StringCodec.UTF8.decodeValue(bytes);
              }

              @Override
              public ByteBuffer encodeKey(String key) {
                return StringCodec.UTF8.encodeKey(key);
              }

              @Override
              public ByteBuffer encodeValue(String value) {
                tried.incrementAndGet();
                throw new IllegalArgumentException("not this value");
              }
            });
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect(choking)) {
      connection.sync().ping();
      Await.idle(IDLE);
      assertThatThrownBy(() -> connection.sync().set("key", "value"))
          .hasRootCauseMessage("not this value");
      assertThat(tried).hasValue(1);
      assertThat(connection.sync().incr("after")).isEqualTo(1);
    }
  }

  /** As many names as objects, and one that throws. */
  private record Nameless(int number) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return "INCR".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      if (number == 0) {
        throw new IllegalStateException("no name");
      }
      return "Nameless@" + number;
    }
  }

  @Test
  void mustNameCommandsByTheirBytes() throws Exception {
    int calls = 50;
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      bed.middlebox().swallowReplies();
      List<CompletableFuture<String>> lost = new ArrayList<>();
      for (int i = 1; i <= calls; i++) {
        lost.add(
            connection
                .async()
                .dispatch(
                    new Nameless(i),
                    new StatusOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).addKey("count"))
                .toCompletableFuture());
      }
      Await.until("they ran", RedisBed.SOON, () -> redis.counter("count") == calls);
      bed.middlebox().finAll();
      for (CompletableFuture<String> call : lost) {
        assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS))
            .matches(
                thrown -> AmbiguousOutcomeException.in(thrown).orElseThrow().call().equals("INCR"));
      }
      assertThat(bed.meters().find("holdfast.calls.ambiguous").counters()).hasSize(1);
      assertThat(connection.sync().get("count")).isEqualTo(String.valueOf(calls));
    }
  }

  private static ClientResources customized(
      RedisBed bed, List<ClientResources> made, Consumer<Channel> customizer) {
    ClientResources resources =
        bed.resources()
            .mutate()
            .nettyCustomizer(
                new NettyCustomizer() {
                  @Override
                  public void afterChannelInitialized(Channel channel) {
                    customizer.accept(channel);
                  }
                })
            .build();
    made.add(resources);
    return resources;
  }

  /**
   * Put right behind Lettuce's command handler once the connection is up, as MultiDbClient does.
   */
  @Test
  void mustPassEveryCommandThroughAHandlerBetween() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    AtomicInteger written = new AtomicInteger();
    List<Channel> channels = new CopyOnWriteArrayList<>();
    List<ClientResources> made = new ArrayList<>();
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var resources = customized(bed, made, channels::add);
      try (var connection =
          bed.guarded(bed.guard(), ClientOptions.create(), bed.viaMiddlebox(), resources)
              .connect()) {
        connection.sync().ping();
        ChannelPipeline pipeline = channels.get(0).pipeline();
        pipeline.addAfter(
            pipeline.context(CommandHandler.class).name(),
            "counts",
            new ChannelDuplexHandler() {
              @Override
              public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
                seen.add(((RedisCommand<?, ?, ?>) msg).getType().toString());
                promise.addListener(sent -> written.incrementAndGet());
                ctx.write(msg, promise);
              }
            });
        connection.sync().set("key", "value");
        Await.idle(IDLE);
        connection.sync().incr("count"); // held, behind a PING of the guard's own
        connection.async().get("key").toCompletableFuture().get(5, TimeUnit.SECONDS);
        assertThat(seen).containsExactly("SET", "INCR", "GET");
        Await.until("told", RedisBed.SOON, () -> written.get() == 3);
      }
    } finally {
      made.forEach(resources -> resources.shutdown(0, 0, TimeUnit.SECONDS));
    }
  }

  /** It throws an I/O exception, as a decompressing or decrypting handler may. */
  @Test
  void mustNotTakeAHandlersExceptionForTheWires() throws Exception {
    AtomicBoolean throwing = new AtomicBoolean();
    List<ClientResources> made = new ArrayList<>();
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      var resources =
          customized(
              bed,
              made,
              channel ->
                  channel
                      .pipeline()
                      .addFirst(
                          new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object msg)
                                throws Exception {
                              if (throwing.getAndSet(false)) {
                                io.netty.util.ReferenceCountUtil.release(msg);
                                throw new IOException("cannot decrypt: secret-value");
                              }
                              ctx.fireChannelRead(msg);
                            }
                          }));
      try (var connection =
          bed.guarded(bed.guard(), ClientOptions.create(), bed.viaMiddlebox(), resources)
              .connect()) {
        connection.sync().ping();
        throwing.set(true);
        assertThatThrownBy(() -> connection.sync().incr("count"))
            .hasRootCauseMessage(
                "cannot decrypt: secret-value") // the handler's own, as it threw it
            .matches(thrown -> AmbiguousOutcomeException.in(thrown).isEmpty());
        assertThat(bed.swaps()).isEmpty();
        assertThat(connection.sync().incr("count")).isEqualTo(2);
      }
    } finally {
      made.forEach(resources -> resources.shutdown(0, 0, TimeUnit.SECONDS));
    }
  }

  @Test
  void mustBeALostConnectionToCodeWrittenForLettuce() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      bed.middlebox().swallowReplies();
      var lost = connection.async().incr("count").toCompletableFuture();
      Await.until("it ran", RedisBed.SOON, () -> redis.counter("count") == 1);
      bed.middlebox().finAll();
      assertThatThrownBy(() -> lost.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(RedisConnectionException.class)
          .matches(thrown -> AmbiguousOutcomeException.in(thrown).isPresent());
    }
  }

  /** A listener of the caller's that throws out of its completion. */
  @Test
  void mustEndEveryCallWhateverTheEndOfOneThrows() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      bed.middlebox().swallowReplies();
      var output =
          new StatusOutput<String, String>(StringCodec.UTF8) {
            @Override
            public void setError(String error) {
              throw new IllegalStateException("no errors here");
            }
          };
      var bad =
          connection
              .async()
              .dispatch(
                  new Nameless(1), output, new CommandArgs<>(StringCodec.UTF8).addKey("count"))
              .toCompletableFuture();
      var next = connection.async().incr("count").toCompletableFuture();
      Await.until("they ran", RedisBed.SOON, () -> redis.counter("count") == 2);
      bed.middlebox().finAll();
      assertThatThrownBy(() -> next.get(5, TimeUnit.SECONDS))
          .matches(thrown -> AmbiguousOutcomeException.in(thrown).isPresent());
      Await.until("ended", RedisBed.SOON, bad::isDone);
      assertThat(connection.sync().get("count")).isEqualTo("2");
    }
  }
}
