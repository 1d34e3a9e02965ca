package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ConnectionClocksTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toNanos();

  private long nanos = SECOND;
  private long wall = 1_800_000_000L * SECOND;
  private long slept;
  private final SuspendClock machine =
      new SuspendClock(() -> nanos, () -> wall / 1_000_000, () -> OptionalLong.of(nanos + slept));

  private void pass(long time) {
    nanos += time;
    wall += time;
  }

  private void sleep() {
    slept += HOUR;
    wall += HOUR;
  }

  @Test
  void mustAgePayloadFromTheLaterOfReadAndRequest() {
    ConnectionClocks clocks = new ConnectionClocks(100);
    clocks.requested(200);
    assertThat(clocks.sincePayload(250)).isEqualTo(50);
    assertThat(clocks.sinceRead(250)).isEqualTo(150);
    clocks.read(240);
    assertThat(clocks.sincePayload(250)).isEqualTo(10);
    assertThat(clocks.sinceRequest(250)).isEqualTo(50);
  }

  @Test
  void mustCountTheSleepOfTheMachineAsIdleTimeAtTheNextUse() {
    ConnectionClocks clocks = new ConnectionClocks(nanos, machine);
    clocks.requested(nanos);
    clocks.read(nanos);
    sleep();
    pass(SECOND / 10);
    assertThat(clocks.sincePayload(nanos)).isEqualTo(HOUR + SECOND / 10);
    assertThat(clocks.sinceRead(nanos)).as("of an answer under way").isEqualTo(SECOND / 10);
    clocks.read(nanos);
    assertThat(clocks.sincePayload(nanos)).isZero();
    assertThat(clocks.sinceRequest(nanos)).isEqualTo(HOUR + SECOND / 10);
    clocks.requested(nanos);
    assertThat(clocks.sinceRequest(nanos)).isZero();
    pass(SECOND);
    assertThat(clocks.sincePayload(nanos)).isEqualTo(SECOND);
  }

  @Test
  void mustNotAgeWithTheWallClock() {
    ConnectionClocks clocks = new ConnectionClocks(nanos, machine);
    wall += HOUR;
    pass(SECOND);
    assertThat(clocks.sincePayload(nanos)).isEqualTo(SECOND);
    wall -= 3 * HOUR;
    assertThat(clocks.sincePayload(nanos)).isEqualTo(SECOND);
  }
}
