package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the server said before it reset the connection is read, though a write meets the reset. */
final class ReadFirstTest {

  private final AtomicReference<Channel> opened = new AtomicReference<>();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch mayAnswer = new CountDownLatch(1);
  private final CountDownLatch answered = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private final ClientResources resources =
      ClientResources.builder()
          .nettyCustomizer(
              new NettyCustomizer() {
                @Override
                public void afterChannelInitialized(Channel channel) {
                  opened.compareAndSet(null, channel);
                }
              })
          .build();

  private final ScriptedRedis redis = ScriptedRedis.answering(this::answer);

  private String answer(String command) {
    if (command.equals("INCR")) {
      asked.countDown();
      await(mayAnswer);
    } else if (command.equals("DBSIZE") && answered.getCount() > 0) {
      answered.countDown(); // it is read behind the answer to INCR
      await(ended);
    }
    return ScriptedRedis.plain(command);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stop() throws Exception {
    ended.countDown();
    redis.close();
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }

  @Test
  void mustDeliverWhatHadArrivedBeforeAWriteMeetsTheReset() throws Exception {
    LettuceGuard guard =
        LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry()).build();
    RedisClient client =
        RedisClient.create(guard.install(resources), RedisURI.create("127.0.0.1", redis.port()));
    client.setOptions(guard.options(ClientOptions.create()));
    try (var connection = client.connect()) {
      var first = connection.async().incr("key").toCompletableFuture();
      connection.async().dbsize();
      await(asked);
      CountDownLatch held = new CountDownLatch(1);
      Objects.requireNonNull(opened.get()).eventLoop().execute(() -> await(held));
      mayAnswer.countDown();
      await(answered);
      redis.reset();
      var later = connection.async().incr("key").toCompletableFuture();
      held.countDown(); // it is written before anything is read
      assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(later.get(20, TimeUnit.SECONDS)).as("on the next connection").isEqualTo(1);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ZERO);
    }
  }
}
