package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.retry.ReplaySafety;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connections may carry a call that was lost once, and which may be lost for their age. */
final class CallTest {

  private final HttpBed bed = new HttpBed();

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  @Test
  void mustBeSentAgainOnlyOverWhatHasWorkedSinceTheLoss() {
    GuardedConnection unused = connection();
    GuardedConnection served = connection();
    Exchange before = served.begin(call(), "GET");
    Call lost = call();
    assertThat(lost.accepts(unused)).isTrue();
    lose(lost);
    served.reads(); // what had passed the middlebox before the flow was lost
    served.finish(before);
    assertThat(lost.accepts(unused)).isFalse();
    assertThat(lost.accepts(served)).isFalse();

    served.finish(served.begin(call(), "GET"));
    assertThat(lost.accepts(served)).isTrue();
    assertThat(lost.accepts(connection())).isTrue();
  }

  @Test
  void mustTakeAnUnusedConnectionThatWasThereBeforeForOneThatMayBeStale() {
    GuardedConnection waiting = connection();
    Call call = call();
    assertThat(call.found(waiting)).isTrue();
    GuardedConnection dialled = connection();
    assertThat(call.found(dialled)).isFalse();
    dialled.finish(dialled.begin(call, "GET"));
    assertThat(call().found(dialled)).isTrue();
  }

  private static void lose(Call call) {
    ExchangeProgress sent = new ExchangeProgress(10, true, 0, true, true, ExchangeFailure.CLOSED);
    assertThat(call.failed("GET", ReplaySafety.SAFE, sent, Cause.PEER_RESET))
        .isEqualTo(RetryDecision.RETRY);
  }

  private Call call() {
    return new Call(bed.guard.settings().shared(), bed.guard.meters());
  }

  private GuardedConnection connection() {
    return new GuardedConnection(new EmbeddedChannel(), bed.guard, bed.guard.plan());
  }
}
