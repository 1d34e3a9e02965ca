package dev.holdfast.http.apache;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;

/**
 * The resolver of a guarded pool of the asynchronous API, in front of the user's own. A pool that a
 * framework has built is known by it.
 *
 * @param parts of the guard, for this pool
 */
record GuardedAddresses(GuardParts parts) implements DnsResolver {

  /** Of a pool that was built with it; empty for any other. */
  static Optional<GuardParts> in(PoolingAsyncClientConnectionManager pool) {
    return Unlisted.read(
            pool, PoolingAsyncClientConnectionManager.class, "connectionOperator", Object.class)
        .flatMap(operator -> of(operator, "sessionRequester", Object.class))
        .flatMap(requester -> of(requester, "dnsResolver", GuardedAddresses.class))
        .map(GuardedAddresses::parts);
  }

  /** Users may extend the operator. */
  private static <T> Optional<T> of(Object owner, String field, Class<T> type) {
    return Stream.<Class<?>>iterate(owner.getClass(), Objects::nonNull, Class::getSuperclass)
        .flatMap(declaring -> Unlisted.read(owner, declaring, field, type).stream())
        .findFirst();
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    return parts.addresses().resolve(host);
  }

  /** Since HttpClient 5.5. */
  @SuppressWarnings("MissingOverride") // or 5.4 would not compile it
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    return parts.addresses().resolve(host, port);
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return parts.addresses().resolveCanonicalHostname(host);
  }
}
