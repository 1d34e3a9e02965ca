package dev.holdfast.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.ReplaySafety;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestAttemptsTest {

  private static final ExchangeProgress LOST =
      new ExchangeProgress(85, true, 0, true, true, ExchangeFailure.CLOSED);

  private static final class Builder extends HttpGuardBuilder<Builder> {
    private Builder() {
      super(NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(1))).plan());
    }

    @Override
    protected Builder self() {
      return this;
    }

    private HttpGuardSettings built() {
      return HttpGuardSettings.of(this);
    }
  }

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private Builder builder() {
    return new Builder().meterRegistry(registry).name("orders");
  }

  private RequestAttempts attempts(HttpGuardSettings settings, String method) {
    return new RequestAttempts(
        settings,
        new GuardMeters(registry, "orders"),
        method,
        RequestSafety.of(method, false, false));
  }

  private double count(HoldfastMeter meter) {
    return registry.get(meter.meterName()).counter().count();
  }

  @Test
  void mustNeverRepeatARepeatedRequest() {
    RequestAttempts get = attempts(builder().built(), "GET");
    assertThat(get.needsNewConnection()).isFalse();
    assertThat(get.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.RETRY);
    assertThat(get.needsNewConnection()).isTrue();
    assertThat(get.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.FAIL);
    assertThat(count(HoldfastMeter.REPLAYED)).isEqualTo(1);
  }

  @Test
  void mustMoveARequestAsOftenAsItsConnectionIsFoundDead() {
    RequestAttempts post = attempts(builder().built(), "POST");
    ExchangeProgress found = new ExchangeProgress(0, false, 0, true, true, ExchangeFailure.CLOSED);
    for (int i = 0; i < 5; i++) {
      assertThat(post.failed(found, Cause.PEER_RESET)).isEqualTo(RetryDecision.RETRY);
      assertThat(post.needsNewConnection()).isTrue();
    }
    assertThat(count(HoldfastMeter.MOVED)).isEqualTo(5);
    assertThat(post.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.AMBIGUOUS);
  }

  @Test
  void mustStillRepeatOnceWhatWasMovedBefore() {
    RequestAttempts get = attempts(builder().built(), "GET");
    ExchangeProgress found = new ExchangeProgress(0, false, 0, true, true, ExchangeFailure.CLOSED);
    assertThat(get.failed(found, Cause.PEER_RESET)).isEqualTo(RetryDecision.RETRY);
    assertThat(get.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.RETRY);
    assertThat(get.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.FAIL);
  }

  /** A server that ends each connection before anything is sent is not dialled for ever. */
  @Test
  void mustNeverMoveARequestTwiceOffANewConnection() {
    RequestAttempts post = attempts(builder().built(), "POST");
    ExchangeProgress unsent = ExchangeProgress.notSent(true);
    assertThat(post.failed(unsent, Cause.PEER_RESET)).isEqualTo(RetryDecision.RETRY);
    assertThat(post.failed(unsent, Cause.PEER_RESET)).isEqualTo(RetryDecision.FAIL);
    assertThat(count(HoldfastMeter.MOVED)).isEqualTo(1);
  }

  @Test
  void mustStayAmbiguousAfterAMove() {
    RequestAttempts post = attempts(builder().built(), "POST");
    post.failed(ExchangeProgress.notSent(true), Cause.PEER_RESET);
    assertThat(post.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.AMBIGUOUS);
    assertThat(registry.get(HoldfastMeter.AMBIGUOUS.meterName()).tag("call", "POST").counter())
        .satisfies(counter -> assertThat(counter.count()).isEqualTo(1));
  }

  @Test
  void mustKeepAnAttemptThatWasSentForTheFailureOfALaterOne() {
    RequestAttempts put = attempts(builder().built(), "PUT");
    assertThat(put.failed(LOST, Cause.PEER_RESET, "reset", () -> true))
        .isEqualTo(RetryDecision.RETRY);
    assertThat(put.earlier()).as("it is the latest").isEmpty();
    put.failedOtherwise();
    assertThat(put.earlier().orElseThrow().evidence()).isEqualTo("reset");
    put.failed(ExchangeProgress.notSent(true), Cause.PEER_CLOSED);
    assertThat(put.earlier().orElseThrow().lostTo()).isEqualTo(Cause.PEER_RESET);
  }

  @Test
  void mustRepeatNothingSentWhereTheClientsOwnerDeclines() {
    RequestAttempts get = attempts(builder().built(), "GET");
    assertThat(get.failed(LOST, Cause.PEER_RESET, "reset", () -> false))
        .isEqualTo(RetryDecision.FAIL);
    RequestAttempts moved = attempts(builder().built(), "GET");
    assertThat(moved.failed(ExchangeProgress.notSent(true), Cause.PEER_RESET, "reset", () -> false))
        .isEqualTo(RetryDecision.RETRY);
  }

  @Test
  void mustTellResilience4jOfEachReplay() {
    HttpGuardSettings settings = builder().built();
    List<String> events = new ArrayList<>();
    settings.replay().retry().getEventPublisher().onEvent(e -> events.add(e.getName()));
    RequestAttempts get = attempts(settings, "GET");
    get.failed(LOST, Cause.PEER_RESET);
    get.answered();
    assertThat(events).containsExactly("orders", "orders");
  }

  @Test
  void mustRepeatNothingSentWhereRetriesAreOff() {
    HttpGuardSettings settings = builder().withoutRetries().built();
    assertThat(attempts(settings, "GET").failed(LOST, Cause.PEER_RESET))
        .isEqualTo(RetryDecision.FAIL);
    assertThat(attempts(settings, "POST").failed(ExchangeProgress.notSent(true), Cause.PEER_RESET))
        .isEqualTo(RetryDecision.RETRY);
  }

  @Test
  void mustFailAnIdempotentWriteAsAPostWhereItsReplayIsOff() {
    HttpGuardSettings settings = builder().withoutReplayOfIdempotentWrites().built();
    assertThat(attempts(settings, "DELETE").failed(LOST, Cause.PEER_RESET))
        .isEqualTo(RetryDecision.AMBIGUOUS);
    assertThat(attempts(settings, "GET").safety()).isEqualTo(ReplaySafety.SAFE);
  }

  @Test
  void mustRefuseSettingsOutOfRange() {
    assertThatThrownBy(() -> builder().name(" ")).hasMessageContaining("blank");
    assertThatThrownBy(() -> builder().probeAfter(Duration.ofMillis(999)))
        .hasMessageContaining("TCP_KEEPIDLE");
    assertThatThrownBy(() -> builder().redials(-1).built()).hasMessageContaining("-1");
  }

  @Test
  void mustSendAgainAllThatAStalePathLostAndStopWhereNothingIsAnswered() {
    HttpGuardSettings settings = builder().built();
    List<RequestAttempts> stale = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      RequestAttempts get = attempts(settings, "GET");
      get.lostAt("server");
      assertThat(get.failed(LOST, Cause.PEER_RESET)).isEqualTo(RetryDecision.RETRY);
      stale.add(get);
    }
    stale.forEach(RequestAttempts::answered);
    int retried = 0;
    for (int i = 0; i < 500; i++) {
      RequestAttempts get = attempts(settings, "GET");
      get.lostAt("server");
      if (get.failed(LOST, Cause.PEER_RESET) == RetryDecision.RETRY) {
        retried++;
        get.failed(LOST, Cause.PEER_RESET);
      }
    }
    assertThat(retried).isBetween(50, 60);
  }
}
