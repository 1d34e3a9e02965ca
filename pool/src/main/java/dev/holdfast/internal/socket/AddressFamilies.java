package dev.holdfast.internal.socket;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The order in which the addresses of a name are dialled. Stateless. */
public final class AddressFamilies {

  private AddressFamilies() {}

  /**
   * The families in turn, beginning with that of the first (RFC 8305, section 4).
   *
   * @param all the addresses as resolved
   * @return the same, each family in its own order
   */
  public static List<InetSocketAddress> inTurn(List<InetSocketAddress> all) {
    if (all.size() < 2) {
      return all;
    }
    boolean first = isOld(all.get(0));
    List<InetSocketAddress> same = all.stream().filter(one -> isOld(one) == first).toList();
    List<InetSocketAddress> other = all.stream().filter(one -> isOld(one) != first).toList();
    List<InetSocketAddress> order = new ArrayList<>(all.size());
    for (int i = 0; i < Math.max(same.size(), other.size()); i++) {
      if (i < same.size()) {
        order.add(same.get(i));
      }
      if (i < other.size()) {
        order.add(other.get(i));
      }
    }
    return order;
  }

  private static boolean isOld(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }
}
