package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A blocking command says how long it may take. Behind a hop that acknowledges in the server's
 * place nothing else tells that its answer will not come.
 */
final class BlockedTooLongTest {

  /** Seconds: the flow is forgotten before they are over, on a machine that stands still too. */
  private static final long BLOCKS = 3;

  private static RedisServer redis;

  private RedisBed bed;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void open() {
    redis.command("FLUSHALL");
    bed = new RedisBed(redis, Forgetting.SILENCE);
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  private RedisURI patient() {
    RedisURI uri = bed.viaMiddlebox();
    uri.setTimeout(Duration.ofMinutes(10));
    return uri;
  }

  @Test
  void mustEndABlockingCommandWhoseTimeIsOver() throws Exception {
    try (var guarded = bed.guarded(bed.guard()).connect(patient());
        var bare = bed.bare().connect(patient())) {
      RedisFuture<KeyValue<String, String>> hangs = bare.async().blpop(BLOCKS, "bare");
      RedisFuture<KeyValue<String, String>> ends = guarded.async().blpop(BLOCKS, "guarded");
      bed.middlebox().forgetAll();
      Throwable thrown =
          ends.toCompletableFuture().handle((ok, failed) -> failed).get(30, TimeUnit.SECONDS);
      AmbiguousOutcomeException outcome = AmbiguousOutcomeException.in(thrown).orElseThrow();
      assertThat(outcome.lostTo()).isEqualTo(Cause.REPLY_OVERDUE);
      assertThat(hangs.isDone()).isFalse();
    }
  }

  @Test
  @SuppressWarnings("unchecked") // a generic array, for Lettuce's varargs
  void mustReadAStreamOnWhereItWas() throws Exception {
    try (var guarded = bed.guarded(bed.guard()).connect(patient())) {
      RedisFuture<List<StreamMessage<String, String>>> read =
          guarded
              .async()
              .xread(XReadArgs.Builder.block(1_000 * BLOCKS), StreamOffset.from("stream", "0"));
      bed.middlebox().forgetAll();
      redis.command("XADD", "stream", "1-1", "field", "value");
      assertThat(read.get(30, TimeUnit.SECONDS))
          .singleElement()
          .satisfies(message -> assertThat(message.getBody()).isEqualTo(Map.of("field", "value")));
    }
  }

  @Test
  void mustLetABlockingCommandBlock() throws Exception {
    try (var guarded = bed.guarded(bed.guard()).connect(patient())) {
      assertThat(guarded.sync().blpop(3, "empty")).isNull();
      assertThat(bed.swaps()).isEmpty();
    }
  }
}
