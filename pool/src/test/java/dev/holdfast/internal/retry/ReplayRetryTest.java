package dev.holdfast.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.BackOff;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplayRetryTest {

  private static LostCall lost(Delivery delivery, ReplaySafety safety) {
    return new LostCall("CALL", delivery, safety, Cause.PEER_RESET);
  }

  @ParameterizedTest
  @CsvSource({
    "SENT_UNANSWERED, SAFE, false, true",
    "SENT_UNANSWERED, STATE_IDEMPOTENT, false, false",
    "SENT_UNANSWERED, STATE_IDEMPOTENT, true, true",
    "SENT_UNANSWERED, UNSAFE, false, false",
    "SENT_UNANSWERED, UNSAFE, true, false",
    "ANSWERED_IN_PART, SAFE, true, false",
  })
  void mustReplayOnlyWhatMayRunTwice(
      Delivery delivery, ReplaySafety safety, boolean stateIdempotentToo, boolean replayed) {
    ReplayRetry retry = ReplayRetry.of("test", 3, stateIdempotentToo);
    assertThat(retry.begin().mayReplay(lost(delivery, safety))).isEqualTo(replayed);
  }

  @Test
  void mustBoundTheAttemptsOfOneCall() {
    ReplayRetry.Attempts attempts = ReplayRetry.of("test", 3, false).begin();
    LostCall lost = lost(Delivery.SENT_UNANSWERED, ReplaySafety.SAFE);
    assertThat(attempts.mayReplay(lost)).isTrue();
    assertThat(attempts.mayReplay(lost)).isTrue();
    assertThat(attempts.mayReplay(lost)).isFalse();
  }

  @Test
  void mustStopSendingAgainByItselfWhereNothingIsEverAnswered() {
    ReplayRetry retry = ReplayRetry.of("test", 3, false);
    List<RetryBudget.Kind> withheld = new ArrayList<>();
    retry.budgets().onWithheld(withheld::add);
    LostCall lost = lost(Delivery.SENT_UNANSWERED, ReplaySafety.SAFE);
    int sent = 0;
    for (int call = 0; call < 1_000; call++) {
      ReplayRetry.Attempts attempts = retry.begin("server");
      sent++;
      while (attempts.mayReplay(lost)) {
        sent++;
        retry.budgets().of("server").replayLost();
      }
    }
    assertThat(sent).isBetween(1_050, 1_060);
    assertThat(withheld).hasSizeBetween(970, 976);
    assertThat(retry.begin("another").mayReplay(lost)).isTrue();
  }

  @Test
  void mustNeitherCountNorWithholdWhatMayNotBeSentAgainAnyway() {
    ReplayRetry retry = ReplayRetry.of("test", 1, false);
    List<RetryBudget.Kind> withheld = new ArrayList<>();
    retry.budgets().onWithheld(withheld::add);
    for (int i = 0; i < 200; i++) {
      retry.budgets().of("server").replayLost();
    }
    retry.begin("server").mayReplay(lost(Delivery.SENT_UNANSWERED, ReplaySafety.SAFE));
    ReplayRetry.of("test", 3, false)
        .begin("server")
        .mayReplay(lost(Delivery.SENT_UNANSWERED, ReplaySafety.UNSAFE));
    assertThat(withheld).isEmpty();
  }

  @Test
  void mustPublishResilience4jEvents() {
    ReplayRetry replay = ReplayRetry.of("test", 2, false);
    List<String> events = new ArrayList<>();
    replay.retry().getEventPublisher().onEvent(event -> events.add(event.getEventType().name()));
    ReplayRetry.Attempts attempts = replay.begin();
    attempts.mayReplay(lost(Delivery.SENT_UNANSWERED, ReplaySafety.SAFE));
    attempts.answered();
    replay.begin().mayReplay(lost(Delivery.SENT_UNANSWERED, ReplaySafety.UNSAFE));
    assertThat(events).containsExactly("RETRY", "SUCCESS", "IGNORED_ERROR");
  }

  @Test
  void mustRefuseToSendLessThanOnce() {
    assertThatThrownBy(() -> ReplayRetry.of("test", 0, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxAttempts 0");
  }

  @Test
  void mustFindTheOutcomeInWhateverAClientWrapsItIn() {
    AmbiguousOutcomeException ambiguous =
        new AmbiguousOutcomeException("INCR", Delivery.SENT_UNANSWERED, Cause.PEER_RESET, "x");
    assertThat(AmbiguousOutcomeException.in(new IllegalStateException(new IOException(ambiguous))))
        .contains(ambiguous);
    assertThat(AmbiguousOutcomeException.in(new IOException())).isEmpty();
    IOException refused = new IOException("refused");
    refused.addSuppressed(ambiguous);
    assertThat(AmbiguousOutcomeException.in(new IllegalStateException(refused)))
        .as("an earlier attempt")
        .contains(ambiguous);
    assertThat(ambiguous).hasMessageContaining("INCR may or may not have run");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, 2, 0.5",
    "10, 5, 2, 0.5",
    "10, 400000000000, 2, 0.5",
    "10, 100, 1, 0.5",
    "10, 100, 2, 1",
    "10, 100, 2, 0"
  })
  void mustRefuseABackOffOutOfRange(long initial, long max, double multiplier, double jitter) {
    assertThatThrownBy(
            () ->
                new BackOff(Duration.ofMillis(initial), Duration.ofMillis(max), multiplier, jitter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("back-off");
  }

  @Test
  void mustGrowAndStayWithinItsCeiling() {
    var waits = new BackOff(Duration.ofMillis(10), Duration.ofSeconds(1), 2, 0.5).waits();
    for (int attempt = 1; attempt <= 40; attempt++) {
      double middle = Math.min(1_000, 10 * Math.pow(2, attempt - 1.0));
      assertThat(waits.apply(attempt))
          .as("attempt %d", attempt)
          .isBetween((long) Math.floor(middle * 0.5), (long) Math.min(1_000, middle * 1.5 + 1));
    }
  }

  @Test
  void mustTakeItsJitterFromTheGivenSource() {
    BackOff backOff = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(1), 2, 0.5);
    assertThat(backOff.waits(() -> 0).apply(3)).isEqualTo(200);
    assertThat(backOff.waits(() -> 0.5).apply(3)).isEqualTo(400);
    assertThat(backOff.waits(() -> 0.75).apply(3)).isEqualTo(500);
    assertThat(backOff.waits(() -> 0.99).apply(30)).isEqualTo(1_000);
  }
}
