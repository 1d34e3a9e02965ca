package dev.holdfast.http.okhttp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * A client's own look-up, whose addresses have the name that was asked for: a socket is told no
 * other. One that the user makes of bare addresses, or of those of another name, would hide which
 * host's plan a connection is to go by. What has the name already is passed on as it is.
 *
 * @param users the look-up
 */
record NamedAddresses(Dns users) implements Dns {

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    List<InetAddress> found = users.lookup(hostname);
    for (InetAddress address : found) {
      if (!isNamed(address, hostname)) {
        return named(found, hostname);
      }
    }
    return found;
  }

  /** Asks no name server. */
  private static boolean isNamed(InetAddress address, String hostname) {
    String name = new InetSocketAddress(address, 0).getHostString();
    return name.equalsIgnoreCase(hostname);
  }

  private static List<InetAddress> named(List<InetAddress> found, String hostname)
      throws UnknownHostException {
    InetAddress[] named = new InetAddress[found.size()];
    for (int i = 0; i < named.length; i++) {
      InetAddress address = found.get(i);
      named[i] =
          address instanceof Inet6Address scoped
              ? Inet6Address.getByAddress(hostname, scoped.getAddress(), scoped.getScopeId())
              : InetAddress.getByAddress(hostname, address.getAddress());
    }
    return List.of(named);
  }
}
