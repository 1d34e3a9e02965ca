package dev.holdfast.lab.kernel;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.ServerHost;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The namespaces, cables, addresses and rules of one network, as {@link Plan} names them. */
final class Topology {

  static final String COUNTERS = "cat /proc/net/snmp /proc/net/netstat";

  /**
   * What outlives a test, TIME_WAIT and retransmissions, would send into the next network. Kernels
   * without {@code INET_DIAG_DESTROY} let the sockets be.
   */
  private static final String FORGET =
      """
      for net in 10.77.0.0/16 10.78.0.0/16 [::ffff:10.77.0.0]/112 [::ffff:10.78.0.0]/112; do
        ss --kill --tcp --numeric state all dst $net || true
      done
      """;

  private static final Duration CARRIER = Duration.ofSeconds(10);
  private static final int UNUSED_PORT = 1;

  private static final AtomicInteger BUILT = new AtomicInteger();

  private final int servers;
  private final Plan plan;

  private Topology(int servers) {
    this.servers = servers;
    this.plan = new Plan("holdfast" + BUILT.incrementAndGet() + "-", servers);
  }

  static Topology build(int servers) {
    Topology topology = new Topology(servers);
    try {
      Shell.run(List.of(), topology.plan.cables());
      topology.router(topology.plan.routing());
      for (int i = 0; i < servers; i++) {
        Shell.run(topology.host(i).enter(), topology.plan.server(i));
      }
      topology.awaitCarrier();
      return topology;
    } catch (IllegalStateException e) {
      topology.remove();
      throw e;
    }
  }

  /**
   * A fresh cable loses packets for up to a second: Linux notices its carrier in the background
   * ({@code net/core/link_watch.c}). A refusal proves both directions; it leaves a tracked flow.
   */
  private void awaitCarrier() {
    for (int i = 0; i < servers; i++) {
      String server = "10.77.1%d.2".formatted(i);
      String oracle = host(i).address();
      Await.until("the cables carry", CARRIER, () -> refuses(server) && refuses(oracle));
    }
    router("conntrack -F");
  }

  private static boolean refuses(String address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, UNUSED_PORT), 50);
      throw new IllegalStateException("something listens on port %d".formatted(UNUSED_PORT));
    } catch (ConnectException refused) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  ServerHost host(int server) {
    if (server < 0 || server >= servers) {
      throw new IllegalArgumentException("no server " + server + " among " + servers);
    }
    return new ServerHost("10.78.%d.2".formatted(10 + server), enter("server" + server));
  }

  Path serverNamespace(int server) {
    host(server);
    return namespace("server" + server);
  }

  String router(String script) {
    return Shell.run(enter("router"), script);
  }

  void sysctl(String name, long value) {
    router("echo %d > /proc/sys/net/netfilter/%s".formatted(value, name));
  }

  void rule(String chainAndRule) {
    router("nft 'add rule ip lab %s'".formatted(chainAndRule));
  }

  void fault(String match, RouterCounter counter) {
    rule("faults %s counter name %s drop".formatted(match, counter.nft()));
  }

  void translate(int firstPort, int lastPort) {
    router(
        "nft 'insert rule ip lab masked ip saddr { %s } ip protocol tcp masquerade to :%d-%d'"
            .formatted(String.join(", ", Plan.CLIENTS), firstPort, lastPort));
  }

  long count(RouterCounter counter) {
    String listed = router("nft list counter ip lab " + counter.nft());
    String packets = listed.replaceAll("(?s).*packets (\\d+) .*", "$1");
    return Long.parseLong(packets);
  }

  void balance() {
    String backends =
        IntStream.range(0, servers)
            .mapToObj("%1$d : 10.77.1%1$d.2"::formatted)
            .collect(Collectors.joining(", "));
    router(
        """
        nft flush chain ip lab forwarded
        nft 'add rule ip lab forwarded %s dnat to numgen inc mod %d map { %s }'
        """
            .formatted(Plan.forwarded(), servers, backends));
  }

  /**
   * Cuts the cable between client and router for a program of this namespace that carries the
   * frames between {@code c1} and {@code d1}. Addresses and routes stay; frames on neither of the
   * two concern this namespace: none is addressed to them, and ARP is off.
   */
  DelayedCable cutForProgram() {
    String cutOff = "ip link set m0 netns %d name c1".formatted(ProcessHandle.current().pid());
    router(cutOff);
    Shell.run(
        List.of(),
        """
        ip link add d1 type veth peer name m0 address %s netns %s
        for end in c1 d1; do
          ip link set $end arp off addrgenmode none
        done
        ip link set c1 address 02:00:00:00:00:03
        ip link set c1 up
        ip link set d1 up
        """
            .formatted(Plan.M0_ADDRESS, plan.name("router")));
    DelayedCable program = new DelayedCable("c1", "d1");
    router(Plan.routerEnd());
    Await.until(
        "the delayed cable carries", CARRIER, () -> up("c0", "c1", "d1") && upInRouter("m0"));
    return program;
  }

  /** The reverse path of a client's address leads over the oracle's cable. */
  void filterReversePathAtServer(int server) {
    Shell.run(
        host(server).enter(),
        """
        echo 1 > /proc/sys/net/ipv4/conf/e0/rp_filter
        ip route replace 10.77.1.0/24 via 10.78.%d.1 dev x0
        """
            .formatted(10 + server));
  }

  /**
   * What the router sends the client comes in by a second cable, whose reverse path is the first.
   * Its neighbour is given, for an ARP request would be filtered, too.
   */
  void filterReversePathAtClient() {
    Shell.run(
        List.of(),
        """
        ip link add c2 address %1$s type veth peer name m2 netns %2$s
        ip addr add 10.77.2.2/24 dev c2
        echo 1 > /proc/sys/net/ipv4/conf/c2/rp_filter
        ip link set c2 up
        """
            .formatted(Plan.C0_ADDRESS, plan.name("router")));
    StringBuilder back = new StringBuilder("ip addr add 10.77.2.1/24 dev m2\nip link set m2 up\n");
    back.append(
        "ip neigh replace 10.77.2.2 lladdr %s nud permanent dev m2%n".formatted(Plan.C0_ADDRESS));
    for (String client : Plan.CLIENTS) {
      back.append("ip route replace %s via 10.77.2.2 dev m2%n".formatted(client));
    }
    router(back.toString());
    Await.until("the way back carries", CARRIER, () -> up("c2") && upInRouter("m2"));
  }

  private boolean up(String... interfaces) {
    return Arrays.stream(interfaces).allMatch(name -> isUp(Shell.run(List.of(), show(name))));
  }

  private boolean upInRouter(String name) {
    return isUp(router(show(name)));
  }

  private static String show(String name) {
    return "ip -o link show " + name;
  }

  /** Linux says so when it has noticed the carrier and sends. */
  private static boolean isUp(String shown) {
    return shown.contains(" state UP ");
  }

  /** Cables first: a namespace goes in the background, its cables at once. */
  void remove() {
    StringBuilder script = new StringBuilder(FORGET);
    script.append("ip link del c0 || true\nip link del d1 || true\nip link del c2 || true\n");
    for (int i = 0; i < servers; i++) {
      script.append("ip link del x%d || true%n".formatted(i));
      script.append("ip netns del %s || true%n".formatted(plan.name("server" + i)));
    }
    script.append("ip netns del %s || true%n".formatted(plan.name("router")));
    Shell.run(List.of(), script.toString());
  }

  private List<String> enter(String role) {
    return List.of("nsenter", "--net=" + namespace(role), "--");
  }

  private Path namespace(String role) {
    return Path.of("/run/netns", plan.name(role));
  }
}
