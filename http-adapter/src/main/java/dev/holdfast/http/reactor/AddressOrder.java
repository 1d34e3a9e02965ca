package dev.holdfast.http.reactor;

import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.socket.AddressFamilies;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
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
 * In which order the addresses of a name are dialled: as resolved, the families in turn, but those
 * last that did not take their latest connect; and for how long. Reactor Netty begins with the
 * first each time, and a silent one costs each call a connect timeout. Here each is left for the
 * next after one redial delay (RFC 8305, section 5), and those after all that are dialled again
 * have all the patience there is. Thread-safe.
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

  /** As between the first dials to a path of unknown round trip. */
  private static final long SHORTEST_MILLIS = 300;

  private static final long LONGEST_MILLIS = 1_000;
  private static final int ROUND_TRIPS = 3;

  /** One that others follow, which are dialled if it does not answer soon. */
  private static final class Brief extends InetSocketAddress {

    private static final long serialVersionUID = 1L;

    private final int millis;

    private Brief(InetSocketAddress address, int millis) {
      super(address.getAddress(), address.getPort());
      this.millis = millis;
    }
  }

  private final Map<SocketAddress, Long> failedAt = new ConcurrentHashMap<>();
  private final Map<SocketAddress, Long> roundTripMillis = new ConcurrentHashMap<>();

  /** The client with this order, unless it has one of the user's. */
  HttpClient in(HttpClient client) {
    int without = client.resolvedAddressesSelector(LIKE_NONE).configuration().channelHash();
    return client.configuration().channelHash() == without
        ? client.resolvedAddressesSelector(this)
        : client;
  }

  /** A connect ended. */
  void connectEnded(SocketAddress remote, ConnectOutcome outcome, Duration roundTrip) {
    switch (outcome) {
      case CONNECTED -> {
        failedAt.remove(remote);
        if (roundTrip.toMillis() * ROUND_TRIPS < SHORTEST_MILLIS) {
          roundTripMillis.remove(remote);
        } else if (roundTripMillis.size() < MOST) {
          roundTripMillis.put(remote, roundTrip.toMillis());
        }
      }
      case REFUSED, TIMED_OUT, UNREACHABLE, FOREIGN, HUNG_UP -> {
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
    if (addresses.size() < 2 || !addresses.stream().allMatch(AddressOrder::isResolved)) {
      return addresses;
    }
    long now = System.nanoTime();
    List<InetSocketAddress> order = new ArrayList<>(addresses.size());
    List<InetSocketAddress> last = new ArrayList<>(1);
    for (InetSocketAddress address :
        AddressFamilies.inTurn(addresses.stream().map(InetSocketAddress.class::cast).toList())) {
      (failed(address, now) ? last : order).add(address);
    }
    boolean noneWorks = order.isEmpty();
    order.addAll(last);
    return noneWorks ? order : inRounds(order, timeout(client));
  }

  private static boolean isResolved(SocketAddress address) {
    return address instanceof InetSocketAddress inet && !inet.isUnresolved();
  }

  private static long timeout(HttpClientConfig client) {
    Object users = client.options().get(ChannelOption.CONNECT_TIMEOUT_MILLIS);
    return users instanceof Integer millis && millis > 0 ? millis : Long.MAX_VALUE;
  }

  private List<InetSocketAddress> inRounds(List<InetSocketAddress> order, long timeoutMillis) {
    List<InetSocketAddress> rounds = new ArrayList<>(2 * order.size() - 1);
    List<InetSocketAddress> again = new ArrayList<>(order.size());
    for (InetSocketAddress address : order) {
      long patience = patience(address);
      if (2 * patience < timeoutMillis) {
        rounds.add(new Brief(address, (int) patience));
        again.add(address);
      } else {
        rounds.add(address);
      }
    }
    rounds.addAll(again);
    return rounds;
  }

  private long patience(InetSocketAddress address) {
    Long known = roundTripMillis.get(address);
    return known == null
        ? SHORTEST_MILLIS
        : Math.min(LONGEST_MILLIS, Math.max(SHORTEST_MILLIS, ROUND_TRIPS * known));
  }

  /** An address is about to be dialled. */
  static void dials(Channel channel, SocketAddress remote) {
    if (remote instanceof Brief brief) {
      channel.config().setConnectTimeoutMillis(brief.millis);
    }
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
