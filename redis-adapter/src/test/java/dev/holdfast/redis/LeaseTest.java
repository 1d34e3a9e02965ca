package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.example.shop.Callers;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A shared connection, lent to callers who close what they were given. */
final class LeaseTest {

  private static final int MANY = 100;

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static LettuceGuard guard(RedisBed bed, Usage usage) {
    return bed.guard(settings -> settings.usage(usage).usageRegistry(new UsageRegistry()));
  }

  /** As a caller does who believes the connection is its own. */
  private static long callAndClose(StatefulRedisConnection<String, String> own) {
    try (own) {
      return own.sync().incr("lease:closing");
    }
  }

  @Test
  void mustReturnInsteadOfClosing() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = guard(bed, Usage.LONG_LIVED);
      StatefulRedisConnection<String, String> kept = bed.guarded(guard).connect();
      StatefulRedisConnection<String, String> lent = guard.lend(kept);
      StatefulRedisConnection<String, String> other = guard.lend(kept);
      assertThat(lent.sync().incr("lease:returned")).isEqualTo(1);
      assertThat(lent.async().incr("lease:returned").get(5, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(lent.reactive().incr("lease:returned").block(RedisBed.SOON)).isEqualTo(3);
      var async = lent.async();
      assertThat(lent.isOpen()).isTrue();

      Callers.orders(() -> callAndClose(lent));

      assertThat(lent.isOpen()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(lent::sync)
          .withMessageStartingWith(
              "lease returned at com.example.shop.Callers.orders(Callers.java:");
      assertThatIllegalStateException().isThrownBy(() -> async.incr("lease:returned"));
      lent.close();
      assertThat(lent.closeAsync()).isCompleted();
      assertThat(kept.isOpen()).isTrue();
      assertThat(kept.sync().incr("lease:returned")).isEqualTo(4);
      assertThat(other.sync().incr("lease:returned")).isEqualTo(5);
    }
  }

  @Test
  @SuppressWarnings("deprecation") // old programs call it
  void mustNotLetCommandsCloseTheSharedConnection() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = guard(bed, Usage.LONG_LIVED);
      StatefulRedisConnection<String, String> kept = bed.guarded(guard).connect();
      StatefulRedisConnection<String, String> lent = guard.lend(kept);
      assertThat(lent.sync().getStatefulConnection()).isSameAs(lent);
      assertThat(lent.reactive().getStatefulConnection()).isSameAs(lent);
      lent.async().getStatefulConnection().close();
      assertThat(lent.isOpen()).isFalse();
      assertThat(kept.sync().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void mustPassTheServersErrorsThroughAsTheyAre() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = guard(bed, Usage.LONG_LIVED);
      StatefulRedisConnection<String, String> lent = guard.lend(bed.guarded(guard).connect());
      lent.sync().set("lease:text", "no number");
      assertThat(catchThrowable(() -> lent.sync().incr("lease:text")))
          .isInstanceOf(RedisCommandExecutionException.class);
    }
  }

  @Test
  void mustTakeAViewWhereItTakesAConnection() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = guard(bed, Usage.LONG_LIVED);
      StatefulRedisConnection<String, String> lent = guard.lend(bed.guarded(guard).connect());
      guard.lend(guard.shared(lent)).close();
      assertThat(lent.isOpen()).as("only the lease of the lease was returned").isTrue();
    }
  }

  @Test
  void mustNameWhoClosesAfterEveryCall() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = guard(bed, Usage.LONG_LIVED);
      StatefulRedisConnection<String, String> kept = bed.guarded(guard).connect();
      for (int i = 0; i < MANY; i++) {
        var lent = guard.lend(kept);
        Callers.reports(() -> callAndClose(lent));
      }
      Await.until("diagnosed", RedisBed.SOON, () -> !churn(bed).isEmpty());
      DiagnosisEvent event = churn(bed).get(0);
      assertThat(event.diagnosis().explanations()).containsExactly(Explanation.CHURN);
      assertThat(event.diagnosis().evidence())
          .anyMatch(line -> line.startsWith("closed at com.example.shop.Callers.reports("))
          .anyMatch(line -> line.startsWith("100 % of the closes were turned into"));
    }
  }

  @Test
  void mustFindChurnOfWhoNeverDeclaredAnything() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      visits(bed, bed.guard());
      Await.until("diagnosed", RedisBed.SOON, () -> !churn(bed).isEmpty());
      assertThat(churn(bed).get(0).diagnosis().evidence())
          .contains("100 % of the closes began here");
    }
  }

  @Test
  void mustNotBotherWhoDeclaredShortLivedUse() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      visits(bed, guard(bed, Usage.SHORT_LIVED));
      Await.idle(Duration.ofMillis(1_500)); // past the second within which it is judged
      assertThat(churn(bed)).isEmpty();
    }
  }

  private static void visits(RedisBed bed, LettuceGuard guard) {
    var client = bed.guarded(guard);
    for (int i = 0; i < MANY; i++) {
      try (var connection = client.connect()) {
        connection.sync().incr("lease:visits");
      }
    }
  }

  private static List<DiagnosisEvent> churn(RedisBed bed) {
    return bed.diagnoses().stream()
        .filter(event -> event.what().equals("connections closed young"))
        .toList();
  }
}
