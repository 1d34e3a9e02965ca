package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

final class RttMemoryTest {

  private final RttMemory memory = new RttMemory();

  private static SocketAddress port(int port) {
    return InetSocketAddress.createUnresolved("server", port);
  }

  @Test
  void mustKnowNothingOfAnAddressNeverReached() {
    assertThat(memory.srtt(port(1))).isEmpty();
  }

  @Test
  void mustRiseAtOnceAndFallSlowly() {
    memory.learn(port(1), 20);
    memory.learn(port(1), 400);
    assertThat(memory.srtt(port(1))).hasValue(400);
    memory.learn(port(1), 20);
    assertThat(memory.srtt(port(1))).hasValue(305);
  }

  @Test
  void mustIgnoreWhatIsNoRoundTrip() {
    memory.learn(port(1), 0);
    memory.learn(port(1), -1);
    assertThat(memory.srtt(port(1))).isEmpty();
  }

  @Test
  void mustForgetTheLeastRecentlyUsedAddress() {
    for (int i = 1; i <= RttMemory.CAPACITY; i++) {
      memory.learn(port(i), i);
    }
    memory.srtt(port(1));
    memory.learn(port(RttMemory.CAPACITY + 1), 1);
    assertThat(memory.size()).isEqualTo(RttMemory.CAPACITY);
    assertThat(memory.srtt(port(1))).isPresent();
    assertThat(memory.srtt(port(2))).isEmpty();
  }
}
