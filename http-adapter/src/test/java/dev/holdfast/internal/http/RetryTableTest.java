package dev.holdfast.internal.http;

import static dev.holdfast.internal.http.ExchangeFailure.CLOSED;
import static dev.holdfast.internal.http.ExchangeFailure.CONNECT;
import static dev.holdfast.internal.http.ExchangeFailure.GIVEN_UP;
import static dev.holdfast.internal.http.ExchangeFailure.MALFORMED;
import static dev.holdfast.internal.http.ExchangeFailure.OTHER;
import static dev.holdfast.internal.http.ExchangeFailure.TIMEOUT;
import static dev.holdfast.internal.http.RetryDecision.AMBIGUOUS;
import static dev.holdfast.internal.http.RetryDecision.FAIL;
import static dev.holdfast.internal.http.RetryDecision.RETRY;
import static dev.holdfast.retry.ReplaySafety.SAFE;
import static dev.holdfast.retry.ReplaySafety.STATE_IDEMPOTENT;
import static dev.holdfast.retry.ReplaySafety.UNSAFE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every row of the table, in every column. */
final class RetryTableTest {

  private static final RetryTable TABLE = RetryTable.of(true);
  private static final RetryTable READS_ONLY = RetryTable.of(false);

  private static ExchangeProgress progress(
      long sent, boolean whole, long received, boolean reused, ExchangeFailure failure) {
    return new ExchangeProgress(sent, whole, received, reused, true, failure);
  }

  private static void assertRow(
      ExchangeProgress progress, RetryDecision safe, RetryDecision idempotent, RetryDecision not) {
    assertThat(List.of(SAFE, STATE_IDEMPOTENT, UNSAFE).stream().map(s -> TABLE.decide(s, progress)))
        .containsExactly(safe, idempotent, not);
    assertThat(READS_ONLY.decide(SAFE, progress)).isEqualTo(safe);
    assertThat(READS_ONLY.decide(STATE_IDEMPOTENT, progress)).isEqualTo(not);
    assertThat(READS_ONLY.decide(UNSAFE, progress)).isEqualTo(not);
  }

  private static ExchangeProgress unrepeatable(ExchangeProgress like) {
    return new ExchangeProgress(
        like.sentBytes(), like.whole(), like.receivedBytes(), like.reused(), false, like.failure());
  }

  @Test
  void mustMoveAnyRequestThatHadNoConnection() {
    assertRow(ExchangeProgress.notSent(true), RETRY, RETRY, RETRY);
    assertRow(progress(85, true, 39, true, CONNECT), RETRY, RETRY, RETRY);
  }

  @Test
  void mustMoveAnyRequestOfWhichNothingWasSent() {
    assertRow(progress(0, false, 0, true, CLOSED), RETRY, RETRY, RETRY);
    assertRow(progress(0, false, 0, false, GIVEN_UP), RETRY, RETRY, RETRY);
  }

  @Test
  void mustRepeatWhatIsSafeAfterAPartWasSentOnAUsedConnection() {
    assertRow(progress(8192, false, 0, true, CLOSED), RETRY, RETRY, AMBIGUOUS);
  }

  @Test
  void mustRepeatWhatIsSafeAfterAUsedConnectionEnded() {
    assertRow(progress(85, true, 0, true, CLOSED), RETRY, RETRY, AMBIGUOUS);
    assertRow(progress(85, true, 0, true, GIVEN_UP), RETRY, RETRY, AMBIGUOUS);
  }

  @Test
  void mustNotRepeatAfterANewConnectionEnded() {
    assertRow(progress(85, true, 0, false, CLOSED), FAIL, FAIL, AMBIGUOUS);
    assertRow(progress(8192, false, 0, false, CLOSED), FAIL, FAIL, AMBIGUOUS);
  }

  @Test
  void mustRepeatWhatIsSafeAfterTheGuardSawANewPathDie() {
    assertRow(progress(85, true, 0, false, GIVEN_UP), RETRY, RETRY, AMBIGUOUS);
  }

  @Test
  void mustNotRepeatAfterATimeout() {
    assertRow(progress(85, true, 0, true, TIMEOUT), FAIL, FAIL, FAIL);
    assertRow(progress(85, true, 11, true, TIMEOUT), FAIL, FAIL, FAIL);
  }

  @Test
  void mustNotRepeatAfterAByteOfTheAnswer() {
    assertRow(progress(85, true, 11, true, CLOSED), FAIL, FAIL, AMBIGUOUS);
    assertRow(progress(85, true, 44, false, GIVEN_UP), FAIL, FAIL, AMBIGUOUS);
    assertRow(progress(0, false, 11, true, CLOSED), FAIL, FAIL, AMBIGUOUS);
  }

  @Test
  void mustNotRepeatAfterAForeignAnswer() {
    assertRow(progress(85, true, 40, false, MALFORMED), FAIL, FAIL, FAIL);
  }

  @Test
  void mustNotRepeatWhatTheCallerEnded() {
    assertRow(progress(85, true, 0, true, OTHER), FAIL, FAIL, FAIL);
    assertRow(progress(0, false, 0, true, OTHER), FAIL, FAIL, FAIL);
  }

  @ParameterizedTest
  @EnumSource
  void mustNeverRepeatABodyThatCannotBeProducedAgain(ReplaySafety safety) {
    List<ExchangeProgress> all =
        List.of(
            ExchangeProgress.notSent(true),
            progress(0, false, 0, true, CLOSED),
            progress(8192, false, 0, true, CLOSED),
            progress(85, true, 0, true, CLOSED),
            progress(85, true, 0, true, GIVEN_UP));
    for (ExchangeProgress one : all) {
      assertThat(TABLE.decide(safety, unrepeatable(one))).isNotEqualTo(RETRY);
    }
  }

  @Test
  void mustNameHowFarARequestGot() {
    assertThat(ExchangeProgress.notSent(true).delivery()).isEqualTo(Delivery.NEVER_SENT);
    assertThat(progress(8192, false, 0, true, CLOSED).delivery())
        .isEqualTo(Delivery.SENT_UNANSWERED);
    assertThat(progress(85, true, 1, true, CLOSED).delivery()).isEqualTo(Delivery.ANSWERED_IN_PART);
  }

  @Test
  void mustRefuseCountsThatCannotBe() {
    assertThatThrownBy(() -> progress(-1, false, 0, true, CLOSED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> progress(0, true, 0, true, CLOSED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> progress(1, true, -1, true, CLOSED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
