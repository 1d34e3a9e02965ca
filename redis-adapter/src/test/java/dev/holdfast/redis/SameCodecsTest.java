package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What belongs to the caller, his codec, values and keywords, is used as a bare client uses it. */
final class SameCodecsTest {

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
  void empty() {
    redis.command("FLUSHALL");
  }

  private static RedisClient client(RedisBed bed, boolean guarded) {
    return guarded ? bed.guarded(bed.guard()) : bed.bare();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustStoreTheValueOfACodecThatGivesItsOwnBuffer(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      StatefulRedisConnection<String, ByteBuffer> connection =
          client(bed, guarded).connect(new OwnBuffers());
      connection.sync().ping();
      Await.idle(IDLE);
      connection.sync().set("buffer", ByteBuffer.wrap("value".getBytes(StandardCharsets.UTF_8)));
      assertThat(redis.command("GET", "buffer")).isEqualTo("value");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustAskACodecThatThrowsOnce(boolean guarded) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      Refusing codec = new Refusing();
      StatefulRedisConnection<String, String> connection = client(bed, guarded).connect(codec);
      connection.sync().ping();
      Await.idle(IDLE);
      CompletableFuture<String> call =
          connection.async().set("refused", "no").toCompletableFuture();
      Await.until("it was told", RedisBed.SOON, call::isDone);
      assertThat(call).isCompletedExceptionally();
      Await.idle(Duration.ofMillis(200)); // a call that is queued again is encoded again
      assertThat(codec.asked.get()).isEqualTo(1);
      assertThat(connection.sync().incr("next")).isEqualTo(1);
    }
  }

  /** However many keywords without a name of their own there are. */
  @Test
  void mustNotMakeAMeterForEachKeyword() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      StatefulRedisConnection<String, String> connection =
          bed.guarded(bed.guard(), ClientOptions.create()).connect();
      connection.sync().ping();
      bed.middlebox().swallowReplies();
      List<RedisFuture<Long>> lost = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        lost.add(
            connection
                .async()
                .dispatch(
                    new Nameless(),
                    new IntegerOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).addKey("nameless")));
      }
      Await.until("they ran", RedisBed.SOON, () -> redis.counter("nameless") == lost.size());
      long meters = bed.meters().getMeters().size();
      bed.middlebox().resetAll();
      for (RedisFuture<Long> call : lost) {
        assertThat(call.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(bed.meters().getMeters().size() - meters).isLessThan(lost.size() / 2);
    }
  }

  private static final class Nameless implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return "INCR".getBytes(StandardCharsets.US_ASCII);
    }
  }

  private static final class OwnBuffers implements RedisCodec<String, ByteBuffer> {
    @Override
    public String decodeKey(ByteBuffer bytes) {
      return StringCodec.UTF8.decodeKey(bytes);
    }

    @Override
    public ByteBuffer decodeValue(ByteBuffer bytes) {
      return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    @Override
    public ByteBuffer encodeKey(String key) {
      return StringCodec.UTF8.encodeKey(key);
    }

    @Override
    public ByteBuffer encodeValue(ByteBuffer value) {
      return value;
    }
  }

  private static final class Refusing implements RedisCodec<String, String> {
    private final AtomicInteger asked = new AtomicInteger();

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
      asked.incrementAndGet();
      throw new IllegalArgumentException("not for this codec");
    }
  }
}
