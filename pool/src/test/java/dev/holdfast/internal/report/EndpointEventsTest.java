package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class EndpointEventsTest {

  private static final String NAME = HoldfastMeter.ENDPOINT_EVENTS.meterName();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final GuardMeters meters = new GuardMeters(registry, "orders");

  private static InetSocketAddress server(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private double count(String endpoint, String event) {
    return registry.get(NAME).tags("endpoint", endpoint, "event", event).counter().count();
  }

  @Test
  void mustNameNoAddressUnlessAskedFor() {
    meters.swapped(Cause.PEER_RESET, server(6379));
    assertThat(registry.find(NAME).counters()).isEmpty();
  }

  @Test
  void mustNameTheFirstAndCountTheRestTogether() {
    meters.byEndpoint(2);
    for (int port = 1; port <= 50; port++) {
      meters.swapped(Cause.PEER_RESET, server(port));
      meters.swapped(Cause.PEER_RESET, server(1));
    }
    assertThat(count("127.0.0.1:1", "given_up")).isEqualTo(51);
    assertThat(count("127.0.0.1:2", "given_up")).isEqualTo(1);
    assertThat(count("127.0.0.1:2", "connect_failed")).as("there from the start").isZero();
    assertThat(count("other", "given_up")).isEqualTo(48);
    assertThat(registry.find(NAME).counters()).hasSize(9);
  }
}
