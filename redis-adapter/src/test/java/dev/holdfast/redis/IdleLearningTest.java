package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A middlebox forgets idle flows far earlier than the path declares. */
final class IdleLearningTest {

  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final Duration PAST_LIMIT = LIMIT.plusMillis(200);

  /** Six silences count as three closes, the fewest to learn from. */
  private static final int CONNECTIONS = 6;

  private static final int MOST_ROUNDS = 4;

  private static final ConnectionPlan DECLARED =
      NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
          .through(
              Hop.named("middlebox")
                  .idleLimit(Duration.ofMinutes(5))
                  .clock(IdleClock.PAYLOAD)
                  .expiry(Expiry.SILENT)
                  .terminates(true)
                  .build())
          .rtt(Duration.ofMillis(10))
          .schedulingSlop(Duration.ofMillis(100))
          .lostProbes(1)
          .plan();

  /** Every look at this clock is a minute after the one before. */
  private final AtomicLong minutes = new AtomicLong();

  @ParameterizedTest
  @EnumSource(names = {"RESET_ON_NEXT_BYTE", "SILENCE"})
  void mustLearnTheLimitAndKeepConnectionsBelowIt(Forgetting forgetting) throws Exception {
    try (RedisServer redis = RedisServer.builder().start();
        RedisBed bed =
            new RedisBed(
                redis,
                Middlebox.to(redis.port()).forgetting(forgetting).idleLimit(LIMIT).start())) {
      LettuceGuard guard =
          LettuceGuard.custom(DECLARED)
              .meterRegistry(bed.meters())
              .learner(
                  new LearnerSettings(
                      () -> Duration.ofMinutes(minutes.incrementAndGet()).toNanos(),
                      Duration.ofSeconds(1)))
              .build();
      guard.onSwap(bed.swaps()::add);
      RedisClient client = bed.guarded(guard);
      List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        connections.add(client.connect());
      }
      assertThat(guard.idleBound())
          .isEqualTo(new IdleBound(DECLARED.maxIdleAge(), LimitSource.CONFIGURED));
      assertThat(limit(bed, "learned")).isNaN();

      use(connections);
      for (int round = 0;
          round < MOST_ROUNDS && guard.idleBound().source() != LimitSource.LEARNED;
          round++) {
        Await.idle(PAST_LIMIT);
        use(connections);
      }
      IdleBound learned = guard.idleBound();
      assertThat(learned.source()).isEqualTo(LimitSource.LEARNED);
      assertThat(limit(bed, "learned")).isEqualTo(learned.age().orElseThrow().toNanos() / 1e9);
      assertThat(limit(bed, "configured")).isGreaterThan(limit(bed, "learned"));

      long forgotten = bed.middlebox().flowsForgotten();
      int swaps = bed.swaps().size();
      use(connections);
      Await.idle(PAST_LIMIT.multipliedBy(2));
      use(connections);
      assertThat(bed.middlebox().flowsForgotten()).isEqualTo(forgotten);
      assertThat(bed.swaps()).hasSize(swaps);
    }
  }

  private static void use(List<StatefulRedisConnection<String, String>> connections)
      throws Exception {
    List<RedisFuture<Long>> calls =
        connections.stream().map(connection -> connection.async().incr("learning")).toList();
    for (RedisFuture<Long> call : calls) {
      call.get(10, TimeUnit.SECONDS);
    }
  }

  private static double limit(RedisBed bed, String source) {
    return bed.meters().get("holdfast.idle.limit").tag("source", source).gauge().value();
  }
}
