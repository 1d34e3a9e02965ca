package dev.holdfast.internal.report;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts by endpoint, for those who ask which server it was. Bounded: the first so many addresses
 * have a name each, what comes after is one. All counters of an endpoint begin at 0 together.
 * Thread-safe.
 */
final class EndpointEvents {

  private static final String OTHER = "other";
  private static final List<String> EVENTS = List.of("connected", "connect_failed", "given_up");

  private final MeterRegistry registry;
  private final String guard;
  private final int most;
  private final Map<SocketAddress, String> names = new ConcurrentHashMap<>();

  EndpointEvents(MeterRegistry registry, String guard, int most) {
    this.registry = registry;
    this.guard = guard;
    this.most = most;
  }

  void connected(SocketAddress remote, boolean works) {
    count(remote, works ? "connected" : "connect_failed");
  }

  void givenUp(SocketAddress remote) {
    count(remote, "given_up");
  }

  private void count(SocketAddress remote, String event) {
    String endpoint = name(remote);
    Guarded.meter(() -> counter(endpoint, event).increment());
  }

  private String name(SocketAddress remote) {
    String known = names.get(remote);
    if (known != null) {
      return known;
    }
    synchronized (names) {
      String name = names.size() < most ? text(remote) : OTHER;
      if (!name.equals(OTHER)) {
        names.put(remote, name);
      }
      EVENTS.forEach(event -> Guarded.meter(() -> counter(name, event)));
      return name;
    }
  }

  /** As it was resolved, without a look-up. */
  private static String text(SocketAddress remote) {
    if (remote instanceof InetSocketAddress inet) {
      InetAddress address = inet.getAddress();
      return (address == null ? inet.getHostString() : address.getHostAddress())
          + ':'
          + inet.getPort();
    }
    return remote.toString();
  }

  private Counter counter(String endpoint, String event) {
    return Counter.builder(HoldfastMeter.ENDPOINT_EVENTS.meterName())
        .description(HoldfastMeter.ENDPOINT_EVENTS.description())
        .tags("guard", guard, "endpoint", endpoint, "event", event)
        .register(registry);
  }
}
