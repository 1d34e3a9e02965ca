package dev.holdfast.http.reactor;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientConfig;

/**
 * Where a call goes and how long it waits for its answer. Reactor Netty tells nobody before it
 * takes a connection; but it tells its {@code doOnConnect} hooks as soon as it is subscribed to, so
 * a subscription that is cancelled at once finds it out and does nothing else.
 *
 * @param origin of the first leg; null if it is not known yet
 * @param responseTimeout the user's; null if there is none
 */
record Destination(@Nullable Object origin, @Nullable Duration responseTimeout) {

  private static final Set<String> SECURE = Set.of("https", "wss");

  private static final Destination UNKNOWN = new Destination(null, null);

  /** What is being found out on this thread. */
  private static final ThreadLocal<@Nullable Inquiry> ASKING = new ThreadLocal<>();

  private static final class Inquiry extends BaseSubscriber<Connection> {

    private Destination found = UNKNOWN;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.cancel();
    }
  }

  /** Finds out where a client's call would go. */
  static Destination of(Mono<? extends Connection> call) {
    Inquiry inquiry = new Inquiry();
    @Nullable Inquiry before = ASKING.get();
    ASKING.set(inquiry);
    try {
      call.subscribe(inquiry);
    } finally {
      ASKING.set(before);
    }
    return inquiry.found;
  }

  /** The hook of the client, called with each subscription to one of its calls. */
  static void told(HttpClientConfig client) {
    @Nullable Inquiry inquiry = ASKING.get();
    if (inquiry != null) {
      inquiry.found = new Destination(originOf(client), client.responseTimeout());
    }
  }

  private static @Nullable Object originOf(HttpClientConfig client) {
    String uri = client.uri();
    if (uri == null) {
      return null; // it may be told later
    }
    String base = client.baseUrl();
    if (!uri.startsWith("/")) {
      return originOf(uri);
    }
    return base == null ? originOf(client.remoteAddress().get()) : originOf(base);
  }

  private static @Nullable Object originOf(String absolute) {
    try {
      URI uri = URI.create(absolute);
      String host = uri.getHost();
      if (host == null || uri.getScheme() == null) {
        return null;
      }
      boolean secure = SECURE.contains(uri.getScheme().toLowerCase(Locale.ROOT));
      int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
      return named(host, port);
    } catch (IllegalArgumentException notAbsolute) {
      return null;
    }
  }

  /** What two addresses have in common if they were asked for by the same name. */
  static @Nullable Object originOf(@Nullable SocketAddress asked) {
    return asked instanceof InetSocketAddress inet
        ? named(inet.getHostString(), inet.getPort())
        : asked;
  }

  private static String named(String host, int port) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String plain = bracketed ? host.substring(1, host.length() - 1) : host;
    byte @Nullable [] address = NetUtil.createByteArrayFromIpAddressString(plain);
    String name = address == null ? plain : NetUtil.bytesToIpAddress(address);
    return name.toLowerCase(Locale.ROOT) + ":" + port;
  }

  /** Whether a connection to an origin may be the one that is used. */
  boolean mayBe(@Nullable Object other) {
    return origin == null || other == null || origin.equals(other);
  }
}
