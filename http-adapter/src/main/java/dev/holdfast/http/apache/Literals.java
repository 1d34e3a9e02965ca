package dev.holdfast.http.apache;

import org.apache.hc.core5.net.InetAddressUtils;

/** Tells addresses from names, so that no name is looked up behind the client's own resolver. */
final class Literals {

  private Literals() {}

  static boolean isAddress(String host) {
    return InetAddressUtils.isIPv4(host)
        || InetAddressUtils.isIPv6(host)
        || InetAddressUtils.isIPv6URLBracketed(host)
        || "localhost".equalsIgnoreCase(host);
  }
}
