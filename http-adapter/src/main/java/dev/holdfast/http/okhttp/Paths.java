package dev.holdfast.http.okhttp;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.http.HttpEndpoints;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.socket.SocketPaths;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.path.ConnectionPlan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import okhttp3.Dns;

/**
 * What a guard knows of the servers that a client dials. OkHttp hands a socket the address alone,
 * which still has the name that it was looked up by; through a proxy that is the proxy's.
 */
final class Paths implements SocketPaths {

  /** Looks a name up as the client does. */
  private record ByClient(Dns dns) implements NameWatch.Resolver {
    @Override
    public InetAddress[] resolve(String name) throws UnknownHostException {
      return dns.lookup(name).toArray(InetAddress[]::new);
    }
  }

  private final HttpGuardSettings settings;
  private final HttpEndpoints endpoints;
  private final ByClient resolver;

  Paths(HttpGuardSettings settings, HttpEndpoints endpoints, Dns dns) {
    this.settings = settings;
    this.endpoints = endpoints;
    this.resolver = new ByClient(dns);
  }

  @Override
  public ConnectionPlan plan(InetSocketAddress remote) {
    return settings.plans().of(remote);
  }

  @Override
  public EndpointChurn use(InetSocketAddress remote) {
    return endpoints.use(remote.getHostString(), remote.getPort());
  }

  @Override
  public Optional<DialledName> name(InetSocketAddress remote) {
    String host = remote.getHostString();
    InetAddress address = remote.getAddress();
    return settings.nameLookUp().isEmpty()
            || host.equals(address.getHostAddress())
            || host.equals("localhost")
        ? Optional.empty()
        : Optional.of(new DialledName(host, resolver, address));
  }
}
