package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.NeedsTcpInfo;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A subscriber whose flow is forgotten: nobody waits on it, and what it misses, it misses. */
@KernelLab
final class DeafSubscriberTest {

  private static final Duration EVERY = Duration.ofMillis(50);

  @NeedsTcpInfo
  @ParameterizedTest
  @EnumSource(
      value = Dial.class,
      names = {"ROUTER", "ROUTED"})
  void mustHearAgainWithinSecondsAndSayWhatMayBeMissing(Dial dial, Network network)
      throws Exception {
    RedisServer redis = network.redis();
    network.loose(false);
    try (KernelBed bed = new KernelBed(dial, redis.port())) {
      StatefulRedisPubSubConnection<String, String> subscriber = bed.guardedSubscriber();
      AtomicLong heard = new AtomicLong();
      AtomicLong last = new AtomicLong(System.nanoTime());
      AtomicLong longest = new AtomicLong();
      subscriber.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              long now = System.nanoTime();
              longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
              heard.incrementAndGet();
            }
          });
      subscriber.sync().subscribe("news");
      publish(redis, Duration.ofSeconds(1));
      assertThat(heard.get()).isPositive();
      Await.idle(Duration.ofSeconds(3)); // a channel on which nothing happens
      assertThat(bed.swaps()).as("silence is no evidence").isEmpty();
      publish(redis, Duration.ofMillis(500));
      longest.set(0);
      last.set(System.nanoTime());
      network.forgetAll();
      publish(redis, Duration.ofSeconds(6));
      long deaf = TimeUnit.NANOSECONDS.toMillis(longest.get());
      Await.until("diagnosed", KernelBed.SOON, () -> saysWhatMayBeMissing(bed));
      Figures.print(
          "subscriber forgotten, " + dial,
          "deaf for %d ms; %s",
          deaf,
          bed.diagnoses().stream().map(event -> event.line()).toList());
      assertThat(bed.swaps()).hasSize(1);
      assertThat(deaf).isLessThan(5_000); // measured: below 2 s
    }
  }

  private static boolean saysWhatMayBeMissing(KernelBed bed) {
    return bed.diagnoses().stream()
        .anyMatch(event -> event.consequence().contains("messages may be missing from"));
  }

  private static void publish(RedisServer redis, Duration time) {
    long began = System.nanoTime();
    while (System.nanoTime() - began < time.toNanos()) {
      redis.command("PUBLISH", "news", "something");
      Await.idle(EVERY);
    }
  }
}
