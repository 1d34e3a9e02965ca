package dev.holdfast.lab.kernel;

import java.util.List;

/**
 * The scripts that lay out a network.
 *
 * <pre>
 * client c0 10.77.1.2 ──── 10.77.1.1 m0 router n0 10.77.10.1 ──── 10.77.10.2 e0 server 0
 *           10.77.1.3
 *        x0 10.78.10.1 ─────────────── the oracle's cable ─────── 10.78.10.2 x0
 *
 * c0 ──── c1 program d1 ──── m0    with a delay; the program, c1 and d1 are the client's, too
 * </pre>
 */
final class Plan {

  static final List<String> CLIENTS = List.of("10.77.1.2", "10.77.1.3");

  /**
   * Both ends of the first cable know each other for good: an ARP request that a fresh cable loses
   * is repeated only after a second.
   */
  static final String M0_ADDRESS = "02:00:00:00:00:01";

  static final String C0_ADDRESS = "02:00:00:00:00:02";

  private final String prefix;
  private final int servers;

  Plan(String prefix, int servers) {
    this.prefix = prefix;
    this.servers = servers;
  }

  String cables() {
    StringBuilder script = new StringBuilder("ip netns add %s%n".formatted(name("router")));
    script.append(
        """
        ip link add c0 address %1$s type veth peer name m0 address %2$s netns %3$s
        ip addr add 10.77.1.2/24 dev c0
        ip addr add 10.77.1.3/24 dev c0
        ip link set c0 up
        ip neigh replace 10.77.1.1 lladdr %2$s nud permanent dev c0
        ip route add 10.77.0.0/16 via 10.77.1.1
        # what Linux remembers of an address would change the first timeouts of a later network
        echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save
        """
            .formatted(C0_ADDRESS, M0_ADDRESS, name("router")));
    for (int i = 0; i < servers; i++) {
      String server = name("server" + i);
      script.append(
          """
          ip netns add %2$s
          ip link add n%1$d netns %3$s type veth peer name e0 netns %2$s
          ip link add x%1$d type veth peer name x0 netns %2$s
          ip addr add 10.78.1%1$d.1/24 dev x%1$d
          ip link set x%1$d up
          """
              .formatted(i, server, name("router")));
    }
    return script.toString();
  }

  static String routerEnd() {
    return """
        ip addr add 10.77.1.1/24 dev m0
        ip link set m0 up
        ip neigh replace 10.77.1.2 lladdr %1$s nud permanent dev m0
        ip neigh replace 10.77.1.3 lladdr %1$s nud permanent dev m0
        """
        .formatted(C0_ADDRESS);
  }

  String server(int i) {
    return """
        ip link set lo up
        ip addr add 10.77.1%1$d.2/24 dev e0
        ip link set e0 up
        ip route add 10.77.0.0/16 via 10.77.1%1$d.1
        ip addr add 10.78.1%1$d.2/24 dev x0
        ip link set x0 up
        """
        .formatted(i);
  }

  /** Without the route that ends nowhere an unreachable address would be answered by ICMP. */
  String routing() {
    StringBuilder script =
        new StringBuilder(
            """
            ip link set lo up
            ip route add blackhole 10.77.100.0/24
            echo 1 > /proc/sys/net/ipv4/ip_forward
            """);
    script.append(routerEnd());
    for (int i = 0; i < servers; i++) {
      script.append("ip addr add 10.77.1%1$d.1/24 dev n%1$d%nip link set n%1$d up%n".formatted(i));
    }
    return script.append("nft -f - <<'END'\n").append(rules()).append("END\n").toString();
  }

  private static String rules() {
    StringBuilder rules = new StringBuilder("table ip lab {\n");
    for (RouterCounter counter : RouterCounter.values()) {
      rules.append("counter %s { }%n".formatted(counter.nft()));
    }
    return rules
        .append(
            """
            chain faults { type filter hook prerouting priority raw; }
            chain unseen { type filter hook prerouting priority raw + 1; }
            chain answered { type filter hook prerouting priority mangle; }
            chain forwarded {
              type nat hook prerouting priority dstnat;
              %s dnat to %s
            }
            chain masked {
              type nat hook postrouting priority srcnat;
              ct status dnat masquerade
            }
            chain carried {
              type filter hook forward priority filter;
              ct state invalid iifname != "m0" tcp flags & fin == fin counter name %s drop
              ct state invalid counter name %s drop
            }
            }
            """
                .formatted(
                    forwarded(),
                    Dial.ROUTED.address(),
                    RouterCounter.SERVER_FIN_INVALID.nft(),
                    RouterCounter.INVALID.nft()))
        .toString();
  }

  static String forwarded() {
    return "iifname m0 ip daddr { %s, %s }"
        .formatted(Dial.ROUTER.address(), Dial.VIRTUAL.address());
  }

  String name(String role) {
    return prefix + role;
  }
}
