package dev.holdfast.http.reactor;

import dev.holdfast.connect.ConnectOutcome;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientConfig;
import reactor.netty.transport.ClientTransport.ResolvedAddressSelector;

/**
 * In which order the addresses of a name are dialled: as resolved, but those last that did not take
 * their latest connect. Reactor Netty begins with the first each time, and a dead one costs each
 * call a connect timeout. Thread-safe.
 */
final class AddressOrder implements ResolvedAddressSelector<HttpClientConfig> {

  /** What failed so long ago is tried in its place again. */
  private static final long MEMORY_NANOS = Duration.ofSeconds(30).toNanos();

  private static final int MOST = 1_024;

  /** Reactor Netty takes a selector for none, as far as its pools go, if its hash is none's. */
  private static final ResolvedAddressSelector<HttpClientConfig> LIKE_NONE =
      new ResolvedAddressSelector<>() {
        @Override
        public List<? extends SocketAddress> apply(
            HttpClientConfig client, List<? extends SocketAddress> addresses) {
          return addresses;
        }

        @Override
        public int hashCode() {
          return 0;
        }

        @Override
        public boolean equals(Object other) {
          return this == other;
        }
      };

  private final Map<SocketAddress, Long> failedAt = new ConcurrentHashMap<>();

  /** The client with this order, unless it has one of the user's. */
  HttpClient in(HttpClient client) {
    int without = client.resolvedAddressesSelector(LIKE_NONE).configuration().channelHash();
    return client.configuration().channelHash() == without
        ? client.resolvedAddressesSelector(this)
        : client;
  }

  /** A connect ended. */
  void connectEnded(SocketAddress remote, ConnectOutcome outcome) {
    switch (outcome) {
      case CONNECTED -> failedAt.remove(remote);
      case REFUSED, TIMED_OUT, UNREACHABLE, FOREIGN -> {
        if (failedAt.size() < MOST) {
          failedAt.put(remote, System.nanoTime());
        }
      }
      case NO_LOCAL_PORT, NOT_ADMITTED, CANCELLED, FAILED -> {} // tells nothing about the address
    }
  }

  @Override
  public List<? extends SocketAddress> apply(
      HttpClientConfig client, List<? extends SocketAddress> addresses) {
    if (addresses.size() < 2 || failedAt.isEmpty()) {
      return addresses;
    }
    long now = System.nanoTime();
    List<SocketAddress> order = new ArrayList<>(addresses.size());
    List<SocketAddress> last = new ArrayList<>(1);
    for (SocketAddress address : addresses) {
      (failed(address, now) ? last : order).add(address);
    }
    order.addAll(last);
    return order;
  }

  private boolean failed(SocketAddress address, long now) {
    Long at = failedAt.get(address);
    if (at != null && now - at >= MEMORY_NANOS) {
      failedAt.remove(address, at);
      return false;
    }
    return at != null;
  }
}
