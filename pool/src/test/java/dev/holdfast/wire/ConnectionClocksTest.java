package dev.holdfast.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConnectionClocksTest {

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
}
