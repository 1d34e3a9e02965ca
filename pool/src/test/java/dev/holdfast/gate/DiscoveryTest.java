package dev.holdfast.gate;

import static dev.holdfast.gate.GateBed.go;
import static dev.holdfast.gate.GateBed.refused;
import static dev.holdfast.gate.GateBed.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who asks every server where the others are, and waits for all of them. */
final class DiscoveryTest {

  private final ConnectException refusal = new ConnectException("Connection refused");
  private final SocketTimeoutException silence = new SocketTimeoutException("connect timed out");

  private final GateBed bed = GateBed.withPorts(28_232);

  private Admission discover() {
    return bed.gates.admitDiscovery(GateBed.SERVER, Duration.ofSeconds(3).toNanos());
  }

  private void down(Exception cause) {
    for (int i = 0; i < 3; i++) {
      bed.fail(cause);
    }
    assertThat(bed.storm()).isEqualTo(StormState.PROBING);
  }

  /** Without a gate he would hear of the refusal at once. */
  @Test
  void mustNotBeHeldBehindTheProbeOfAServerThatRefuses() {
    down(refusal);
    Admission.Wait next = waiting(bed.ask());
    for (int i = 0; i < 20; i++) {
      go(discover()).failed(refusal);
    }
    Permit probe = go(bed.await(next));
    go(discover()).failed(refusal);
    waiting(bed.ask()); // a second probe is not made of it
    probe.connected();
    assertThat(bed.storm()).isEqualTo(StormState.REFILLING);
  }

  @Test
  void mustNotPutOffTheProbeOfThoseWhoWait() {
    down(refusal);
    Admission.Wait next = waiting(bed.ask());
    Duration step = Duration.ofMillis(1);
    long waited = 0;
    Admission answer = next;
    while (answer instanceof Admission.Wait wait) {
      assertThat(waited).isLessThan(Duration.ofSeconds(1).toNanos());
      go(discover()).failed(refusal);
      bed.clock.pass(step);
      waited += step.toNanos();
      answer = wait.turn().again();
    }
    go(answer);
  }

  /** Without a gate he would wait for his connect timeout, and all that he asked with him. */
  @Test
  void mustBeRefusedAtOnceByAServerThatSaysNothing() {
    down(silence);
    assertThat(refused(discover()).cause()).hasMessageContaining("3 connects in a row failed");
    bed.clock.pass(Duration.ofSeconds(1));
    Permit probe = go(discover());
    refused(discover());
    probe.failed(silence);
    refused(discover());
  }

  @Test
  void mustDialBesideTheProbeOfWhatNobodyHasFailedToReach() {
    for (int i = 0; i < 3; i++) {
      bed.connect().closed(Closer.RESET);
    }
    bed.dial();
    waiting(bed.ask());
    go(discover());
  }

  @Test
  void mustLetTheOthersInWhenItsOwnDialSucceeds() {
    down(refusal);
    Admission.Wait next = waiting(bed.ask());
    go(discover()).connected();
    assertThat(bed.storm()).isEqualTo(StormState.REFILLING);
    go(bed.await(next));
  }
}
